"""Bodies of the ceremonies of passkeys."""

from typing import Any

from pydantic import BaseModel, Field

from fastauth.application.passkeys.begin_passkey import CeremonyOptions


class CeremonyResponse(BaseModel):
    """Options for the browser, and the token to send with its answer."""

    token: str = Field(examples=["fa_wg_..."], repr=False)
    options: dict[str, Any] = Field(
        description="For `PublicKeyCredential.parseCreationOptionsFromJSON()` or"
        " `parseRequestOptionsFromJSON()` (Web Authentication Level 3).",
        examples=[{"challenge": "...", "rpId": "auth.example.com", "allowCredentials": []}],
    )

    @classmethod
    def of(cls, begun: CeremonyOptions) -> "CeremonyResponse":
        """Return the options as they are sent."""
        return cls(token=begun.token, options=begun.options)


class CredentialRequest(BaseModel):
    """The answer of an authenticator."""

    token: str = Field(description="The token of the options.", examples=["fa_wg_..."], repr=False)
    credential: dict[str, Any] = Field(
        description="The result of the browser: `credential.toJSON()`.",
        examples=[{"id": "...", "rawId": "...", "type": "public-key", "response": {}}],
        repr=False,
    )

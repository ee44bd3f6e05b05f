"""The tokens of a session, as log-ins and refreshes answer them."""

from typing import Literal

from pydantic import BaseModel, Field

from fastauth.application.sessions.login_result import LoginResult
from fastauth.domain.sessions.access_token import TokenPair


class TokenResponse(BaseModel):
    """The tokens of a session, with the member names of OAuth 2 (RFC 6749)."""

    access_token: str = Field(description="A JWT (RFC 9068), sent as Authorization: Bearer ...", repr=False)
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  RFC 6750's name
    expires_in: int = Field(description="Seconds until the access token expires.", examples=[300])
    refresh_token: str = Field(
        description="For one refresh; it is replaced by its successor.", examples=["fa_rt_..."], repr=False
    )

    @classmethod
    def of(cls, tokens: TokenPair) -> "TokenResponse":
        """Return the tokens as they are sent."""
        return cls(
            access_token=tokens.access.text,
            expires_in=tokens.access.expires_in,
            refresh_token=tokens.refresh,
        )


class LoginResponse(TokenResponse):
    """The tokens of a new session, and a device token."""

    device_token: str = Field(
        description="For later log-ins on this device, which then have a rate limit of their own: wrong"
        " passwords from unknown devices do not count against it.",
        examples=["fa_dev_..."],
        repr=False,
    )

    @classmethod
    def begun(cls, result: LoginResult) -> "LoginResponse":
        """Return the tokens of a new session as they are sent."""
        return cls(**TokenResponse.of(result.tokens).model_dump(), device_token=result.device_token)

"""The relying party, and the options that it gives to a browser."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fastauth.domain import base64url
from fastauth.domain.passkeys.passkey import Passkey, UserHandle

CEREMONY_TIMEOUT = timedelta(minutes=5)
"""The least that Web Authentication Level 3, section 15.1, recommends, for users of assistive technology."""

ALGORITHMS = (-8, -7, -257)
"""EdDSA, ES256 and RS256 (COSE), in the order of preference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelyingParty:
    """The service, as authenticators identify it."""

    id: str
    """The host name for which passkeys are made; a browser offers them on it and its subdomains."""
    name: str
    """What a browser may show to the user."""
    origins: tuple[str, ...]
    """Where ceremonies may take place: origins of pages, and ``android:apk-key-hash:...`` of apps."""

    def creation_options(
        self,
        *,
        challenge: bytes,
        handle: UserHandle,
        username: str,
        display_name: str,
        existing: Iterable[Passkey] = (),
    ) -> dict[str, Any]:
        """Return a `PublicKeyCredentialCreationOptionsJSON`.

        A passkey is discoverable and verifies its user, so that it can be the only factor of a log-in.
        """
        return {
            "rp": {"id": self.id, "name": self.name},
            "user": {"id": base64url.encode(handle), "name": username, "displayName": display_name},
            "challenge": base64url.encode(challenge),
            "pubKeyCredParams": [{"type": "public-key", "alg": algorithm} for algorithm in ALGORITHMS],
            "timeout": _TIMEOUT_MS,
            "excludeCredentials": list(map(_descriptor, existing)),
            "authenticatorSelection": {
                "residentKey": "required",
                "requireResidentKey": True,
                "userVerification": "required",
            },
            "attestation": "none",
        }

    def request_options(
        self, *, challenge: bytes, allowed: Iterable[Passkey] = (), user_verification: str = "required"
    ) -> dict[str, Any]:
        """Return a `PublicKeyCredentialRequestOptionsJSON`. With nothing `allowed`, any passkey answers."""
        return {
            "challenge": base64url.encode(challenge),
            "timeout": _TIMEOUT_MS,
            "rpId": self.id,
            "allowCredentials": list(map(_descriptor, allowed)),
            "userVerification": user_verification,
        }


_TIMEOUT_MS = int(CEREMONY_TIMEOUT / timedelta(milliseconds=1))


def _descriptor(passkey: Passkey) -> dict[str, Any]:
    descriptor: dict[str, Any] = {"type": "public-key", "id": passkey.id}
    if passkey.transports:
        descriptor["transports"] = list(passkey.transports)
    return descriptor

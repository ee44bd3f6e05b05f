"""The verifier of passkeys, which imports its library at the first use."""

import asyncio
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, TypeVar

from fastauth.domain.passkeys.passkey import Assertion, NewCredential
from fastauth.domain.passkeys.relying_party import RelyingParty

Verified = TypeVar("Verified")


class WebauthnPasskeyVerifier:
    """See `fastauth.domain.passkeys.ports.PasskeyVerifier`.

    The library takes 0.3 s to import, with cbor2 and pyOpenSSL, which an installation without passkeys does
    not need. The import runs in a thread, so that it does not hold up other requests.
    """

    def __init__(self, relying_party: RelyingParty) -> None:
        self._relying_party = relying_party

    async def verify_registration(
        self, credential: Mapping[str, Any], *, challenge: bytes, require_user_verification: bool
    ) -> NewCredential | None:
        """Return what the library has found, or ``None`` for whatever it raises."""
        verify = (await _library()).verify_registration
        return _or_refusal(
            lambda: verify(
                self._relying_party,
                credential,
                challenge=challenge,
                require_user_verification=require_user_verification,
            )
        )

    async def verify_assertion(
        self,
        credential: Mapping[str, Any],
        *,
        challenge: bytes,
        public_key: bytes,
        require_user_verification: bool,
    ) -> Assertion | None:
        """Return what the library has found, or ``None`` for whatever it raises."""
        verify = (await _library()).verify_assertion
        return _or_refusal(
            lambda: verify(
                self._relying_party,
                credential,
                challenge=challenge,
                public_key=public_key,
                require_user_verification=require_user_verification,
            )
        )


async def _library() -> Any:  # noqa: ANN401  a module
    return await asyncio.to_thread(import_module, "fastauth.adapters.passkeys.webauthn_library")


def _or_refusal(verify: Callable[[], Verified | None]) -> Verified | None:
    try:
        return verify()
    except Exception:  # noqa: BLE001  for some malformed responses it raises KeyError, ValueError and others
        return None

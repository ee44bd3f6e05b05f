"""The adapter keeps the contract, and agrees with another implementation of WebAuthn."""

from secrets import token_bytes
from typing import Any

from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    PublicKeyCredentialRpEntity,
    UserVerificationRequirement,
)
from tests.contracts.passkeys.passkey_verifier import (
    PARTY,
    WRONG_IN_BOTH,
    PasskeyVerifierContract,
    options,
)
from tests.harness.authenticator import DEVICE_BOUND, EDDSA, ES256, RIGHT, RS256, Authenticator, b64, new_key

from fastauth.adapters.passkeys import WebauthnPasskeyVerifier

CEREMONIES: dict[str, dict[str, Any]] = {"right": {}, **WRONG_IN_BOTH}
NOT_JUDGED = {"backed up but not eligible", "in a frame of another origin", "crossOrigin as a text"}
"""What fido2 leaves to its callers."""


KEYS = [new_key(algorithm) for algorithm in (ES256, EDDSA, RS256)]


class TestWebauthnPasskeyVerifier(PasskeyVerifierContract):
    verifier = WebauthnPasskeyVerifier(PARTY)


class Judge:
    """fido2, asked the same as the port `PasskeyVerifier`."""

    def __init__(self) -> None:
        party = PublicKeyCredentialRpEntity(id=PARTY.id, name=PARTY.name)
        self.server = Fido2Server(party, verify_origin=lambda origin: origin in PARTY.origins)

    def state(self, challenge: bytes) -> dict[str, object]:
        return {"challenge": b64(challenge), "user_verification": UserVerificationRequirement.REQUIRED}

    def register(self, response: dict[str, Any], challenge: bytes) -> AttestedCredentialData | None:
        try:
            return self.server.register_complete(self.state(challenge), response).credential_data
        except Exception:  # noqa: BLE001  it raises whatever occurs on malformed input
            return None

    def accepts(self, response: dict[str, Any], challenge: bytes, known: AttestedCredentialData) -> bool:
        try:
            self.server.authenticate_complete(self.state(challenge), [known], response)
        except Exception:  # noqa: BLE001  it raises whatever occurs on malformed input
            return False
        return True


class TestJudge:
    """Each recorded ceremony is accepted by both implementations, or by neither."""

    verifier, judge = WebauthnPasskeyVerifier(PARTY), Judge()

    async def test_registrations(self) -> None:
        for conduct in (RIGHT, DEVICE_BOUND):
            for key in KEYS:
                for what, changes in CEREMONIES.items():
                    challenge = token_bytes(32)
                    response = Authenticator(conduct).create(options(challenge), key=key, **changes)
                    ours = await self.verifier.verify_registration(
                        response, challenge=challenge, require_user_verification=True
                    )
                    theirs = self.judge.register(response, challenge)
                    if what in NOT_JUDGED:
                        assert ours is None, what
                        continue
                    assert (ours is None) == (theirs is None) == (what != "right"), what
                    if ours and theirs:
                        assert ours.id == b64(theirs.credential_id)

    async def test_assertions(self) -> None:
        ceremonies = {**CEREMONIES, "registration": {"type": "webauthn.create"}}
        for conduct in (RIGHT, DEVICE_BOUND):
            for key in KEYS:
                authenticator, challenge = Authenticator(conduct), token_bytes(32)
                response = authenticator.create(options(challenge), key=key)
                credential = await self.verifier.verify_registration(
                    response, challenge=challenge, require_user_verification=True
                )
                known = self.judge.register(response, challenge)
                assert credential
                assert known
                for what, changes in ceremonies.items():
                    response = authenticator.get(PARTY.request_options(challenge=challenge), **changes)
                    ours = await self.verifier.verify_assertion(
                        response,
                        challenge=challenge,
                        public_key=credential.public_key,
                        require_user_verification=True,
                    )
                    theirs = self.judge.accepts(response, challenge, known)
                    if what in NOT_JUDGED:
                        assert ours is None, what
                        continue
                    assert (ours is not None) == theirs == (what == "right"), what

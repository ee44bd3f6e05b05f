"""What every implementation of the port `PasskeyVerifier` guarantees."""

from dataclasses import replace
from secrets import token_bytes
from typing import Any

import cbor2
import pytest
from cbor2 import CBORTag
from tests.harness.authenticator import (
    DEVICE_BOUND,
    EDDSA,
    ES256,
    EXTENSIONS,
    ORIGIN,
    RIGHT,
    RP_ID,
    RS256,
    Authenticator,
    Conduct,
    Key,
    b64,
    new_key,
    un64,
)

from fastauth.domain.passkeys.passkey import NewCredential, UserHandle
from fastauth.domain.passkeys.ports import PasskeyVerifier
from fastauth.domain.passkeys.relying_party import RelyingParty

PARTY = RelyingParty(id=RP_ID, name="fastauth", origins=(ORIGIN, "android:apk-key-hash:abc"))
HANDLE = UserHandle(bytes(range(32)))

WRONG_IN_BOTH: dict[str, dict[str, Any]] = {
    "other origin": {"origin": "http://localhost:8001"},
    "origin with a suffix": {"origin": ORIGIN + ".example.com"},
    "origin with a slash": {"origin": ORIGIN + "/"},
    "subdomain": {"origin": "http://a.localhost:8000"},
    "no origin": {"origin": ""},
    "other relying party": {"rp_id": "example.com"},
    "other type": {"type": "payment.get"},
    "other challenge": {"challenge": bytes(32)},
    "empty challenge": {"challenge": b""},
    "user not present": {"user_present": False},
    "user not verified": {"user_verified": False},
    "backed up but not eligible": {"backup_eligible": False, "backed_up": True},
    "in a frame of another origin": {"cross_origin": True},
    "crossOrigin as a text": {"cross_origin": "true"},
}
"""Conduct that is refused in a registration and in an assertion."""


def options(challenge: bytes) -> dict[str, Any]:
    return PARTY.creation_options(challenge=challenge, handle=HANDLE, username="a", display_name="A")


class PasskeyVerifierContract:
    verifier: PasskeyVerifier

    async def register(
        self,
        authenticator: Authenticator,
        *,
        key: Key | None = None,
        id_: bytes | None = None,
        **changes: object,
    ) -> NewCredential | None:
        challenge = token_bytes(32)
        response = authenticator.create(options(challenge), key=key, id_=id_, **changes)
        return await self.verifier.verify_registration(
            response, challenge=challenge, require_user_verification=True
        )

    async def created(self, authenticator: Authenticator, *, key: Key | None = None) -> NewCredential:
        credential = await self.register(authenticator, key=key)
        assert credential
        return credential

    @pytest.mark.parametrize("algorithm", [ES256, EDDSA, RS256])
    async def test_algorithms(self, algorithm: int) -> None:
        authenticator, challenge = Authenticator(), token_bytes(32)
        credential = await self.created(authenticator, key=new_key(algorithm))
        response = authenticator.get(PARTY.request_options(challenge=challenge))
        assertion = await self.verifier.verify_assertion(
            response,
            challenge=challenge,
            public_key=credential.public_key,
            require_user_verification=True,
        )
        assert assertion
        assert assertion.user_verified

    async def test_facts_of_a_credential(self) -> None:
        authenticator = Authenticator()
        credential = await self.created(authenticator)
        assert credential.id == b64(authenticator.credentials[0].id)
        assert (credential.backup_eligible, credential.backed_up) == (True, True)
        assert credential.user_verified
        bound = await self.created(Authenticator(DEVICE_BOUND))
        assert (bound.backup_eligible, bound.backed_up) == (False, False)

    async def test_refused_registrations(self) -> None:
        for what, changes in WRONG_IN_BOTH.items():
            assert await self.register(Authenticator(), **changes) is None, what

    async def test_refused_assertions(self) -> None:
        authenticator, challenge = Authenticator(), token_bytes(32)
        credential = await self.created(authenticator)
        request = PARTY.request_options(challenge=challenge)
        wrong: dict[str, dict[str, Any]] = {
            **WRONG_IN_BOTH,
            "registration": {"type": "webauthn.create"},
            "other id": {"id": b"another"},
        }
        for what, changes in wrong.items():
            response = authenticator.get(request, **changes)
            response["id"] = b64(authenticator.credentials[0].id)
            assertion = await self.verifier.verify_assertion(
                response,
                challenge=challenge,
                public_key=credential.public_key,
                require_user_verification=True,
            )
            assert assertion is None, what

    async def test_user_verification_can_be_optional(self) -> None:
        authenticator, challenge = Authenticator(DEVICE_BOUND), token_bytes(32)
        credential = await self.created(authenticator)
        response = authenticator.get(PARTY.request_options(challenge=challenge), user_verified=False)
        assertion = await self.verifier.verify_assertion(
            response,
            challenge=challenge,
            public_key=credential.public_key,
            require_user_verification=False,
        )
        assert assertion
        assert (assertion.user_verified, assertion.sign_count) == (False, 1)

    async def test_signature_of_another_key(self) -> None:
        authenticator, challenge = Authenticator(), token_bytes(32)
        await self.created(authenticator)
        other = await self.created(Authenticator())
        response = authenticator.get(PARTY.request_options(challenge=challenge))
        assertion = await self.verifier.verify_assertion(
            response, challenge=challenge, public_key=other.public_key, require_user_verification=True
        )
        assert assertion is None

    async def test_attestation_is_not_evaluated(self) -> None:
        """Some clients send a statement although none was requested; it is ignored, right or wrong."""
        statement = {"alg": ES256, "sig": b"wrong", "x5c": [b"no certificate"]}
        assert await self.register(Authenticator(), format="packed", statement=statement)

    async def test_unusable_keys(self) -> None:
        es256, rs256 = new_key(), new_key(RS256, rsa_bits=1024)
        weak = {
            "not on the curve": replace(es256, cose=es256.cose | {-3: bytes(32)}),
            "another curve": replace(es256, cose=es256.cose | {-1: 2}),
            "algorithm that was not offered": replace(es256, cose=es256.cose | {3: -36}),
            "key type that does not fit": replace(es256, cose=es256.cose | {1: 3}),
            "1024 bits": rs256,
            "5000 bits": Key(RS256, rs256.cose | {-1: b"\xff" * 625}, rs256.sign),
        }
        for what, key in weak.items():
            assert await self.register(Authenticator(), key=key) is None, what

    async def test_ids_of_credentials(self) -> None:
        for length, allowed in ((0, False), (15, False), (16, True), (1023, True), (1024, False)):
            credential = await self.register(Authenticator(), id_=bytes(length))
            assert (credential is not None) == allowed, length

    async def test_extensions_are_ignored(self) -> None:
        conduct: Conduct = replace(RIGHT, extensions={"credProtect": 2})
        assert await self.register(Authenticator(conduct))

    async def test_tags_in_cbor_are_refused(self) -> None:
        """By references, 200 bytes become a value whose encoding takes all memory. This one has one."""
        value = [CBORTag(28, "aaaa"), CBORTag(29, 0)]
        key = new_key()
        assert await self.register(Authenticator(), key=replace(key, cose=key.cose | {-9: value})) is None
        assert await self.register(Authenticator(), extensions={"a": value}) is None
        assert await self.register(Authenticator(), format="packed", statement={"a": value}) is None
        authenticator, challenge = Authenticator(), token_bytes(32)
        credential = await self.created(authenticator)
        assertion = await self.verifier.verify_assertion(
            authenticator.get(PARTY.request_options(challenge=challenge), extensions={"a": value}),
            challenge=challenge,
            public_key=credential.public_key,
            require_user_verification=True,
        )
        assert assertion is None

    async def test_keys_have_one_encoding(self) -> None:
        """Where extensions begin, the library computes from its own encoding of the key."""
        key, challenge = new_key(), token_bytes(32)
        response = Authenticator().create(options(challenge), key=replace(key, cose=key.cose | {-9: b"\x60"}))
        parts = cbor2.loads(un64(response["response"]["attestationObject"]))
        head, cose = parts["authData"][:87], parts["authData"][87:]
        assert cose[:3] == b"\xa6\x01\x02"
        flags = bytes([head[32] | EXTENSIONS])
        parts["authData"] = head[:32] + flags + head[33:] + b"\xa6\x18\x01\x02" + cose[3:]
        response["response"]["attestationObject"] = b64(cbor2.dumps(parts))
        created = await self.verifier.verify_registration(
            response, challenge=challenge, require_user_verification=True
        )
        assert created is None

    async def test_malformed_responses(self) -> None:
        """Whatever is missing, truncated or of another type is refused, and raises nothing."""
        authenticator, challenge = Authenticator(), token_bytes(32)
        creation = authenticator.create(options(challenge))
        credential = await self.verifier.verify_registration(
            creation, challenge=challenge, require_user_verification=True
        )
        assert credential
        request = authenticator.get(PARTY.request_options(challenge=challenge))
        values: list[Any] = [None, "", "A", "ÿ", "=", 0, 1.5, True, [], {}, [[]], {"a": 1}, "A" * 4096]
        for given, is_creation in ((creation, True), (request, False)):
            damaged: list[dict[str, Any]] = [{}]
            damaged += [
                given | {name: value} for name in ("id", "rawId", "type", "response") for value in values
            ]
            inner: dict[str, Any] = given["response"]
            for name in inner.keys() - {"userHandle"}:
                text = inner[name]
                cuts = [text[:end] for end in range(0, len(text), 7)] + [text[5:]]
                damaged += [given | {"response": inner | {name: value}} for value in (*values, *cuts)]
            for each in damaged:
                found = (
                    await self.verifier.verify_registration(
                        each, challenge=challenge, require_user_verification=True
                    )
                    if is_creation
                    else await self.verifier.verify_assertion(
                        each,
                        challenge=challenge,
                        public_key=credential.public_key,
                        require_user_verification=True,
                    )
                )
                assert found is None, each

"""Access tokens, in memory and signed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.application import A_SECRET_KEY
from tests.contracts.sessions.access_tokens import LIFETIME, AccessTokensContract
from tests.fakes import FakeAccessTokens, FakeClock, FakeSigningKeyRepository

from fastauth.adapters.jose import (
    RELOAD_AFTER,
    AccessTokenPolicy,
    JoseAccessTokens,
    JoseSecretBox,
    JoseSigningKeyGenerator,
)
from fastauth.domain.accounts.user import UserId
from fastauth.domain.clients.client_id import ClientId
from fastauth.domain.errors import StorageUnavailable
from fastauth.domain.secret_key import SecretKey
from fastauth.domain.sessions.access_token import AccessClaims, ApiKeyClaims, ClientClaims
from fastauth.domain.sessions.errors import InvalidAccessToken
from fastauth.domain.sessions.session import SessionId
from fastauth.domain.signing_keys.errors import KeyUnwrapFailed, NoActiveSigningKey
from fastauth.domain.signing_keys.key_set import KeySet

TERMS = AccessTokenPolicy(
    issuer="https://auth.example", audience="https://api.example", client_id="tests", lifetime=LIFETIME
)
ANOTHER_SECRET_KEY = SecretKey(b"another secret key of the tests, 32 bytes")


class TestFakeAccessTokens(AccessTokensContract):
    @pytest.fixture
    def access_tokens(self, clock: FakeClock) -> FakeAccessTokens:
        return FakeAccessTokens(clock)


class Keys(FakeSigningKeyRepository):
    """Signing keys that can go away."""

    away = False

    def withdraw(self) -> None:
        """Publish no key any more."""
        self.storage.keys.clear()

    async def load(self) -> KeySet:
        if self.away:
            raise StorageUnavailable
        return await super().load()


@pytest.fixture
def keys() -> Keys:
    return Keys()


@pytest.fixture
def key_generator(algorithm: str) -> JoseSigningKeyGenerator:
    return JoseSigningKeyGenerator(
        algorithm=algorithm,
        secret_box=JoseSecretBox(A_SECRET_KEY),
    )


@pytest.fixture(params=["ES256", "Ed25519"])
def algorithm(request: pytest.FixtureRequest) -> str:
    algorithm: str = request.param
    return algorithm


class TestJoseAccessTokens(AccessTokensContract):
    @pytest.fixture
    async def access_tokens(
        self, clock: FakeClock, keys: Keys, key_generator: JoseSigningKeyGenerator
    ) -> JoseAccessTokens:
        await keys.add(key_generator.generate(sequence=1, published_at=clock.now(), active_from=clock.now()))
        return JoseAccessTokens(keys=keys, key_generator=key_generator, policy=TERMS, clock=clock)

    async def test_outage_uses_loaded_keys(
        self, access_tokens: JoseAccessTokens, claims: AccessClaims, keys: Keys, clock: FakeClock
    ) -> None:
        await access_tokens.issue(claims)
        keys.away = True
        clock.advance(hours=1)
        token = await access_tokens.issue(claims)
        assert await access_tokens.verify(token.text) == claims

    async def test_new_key_is_loaded_when_needed(
        self,
        access_tokens: JoseAccessTokens,
        claims: AccessClaims,
        keys: Keys,
        key_generator: JoseSigningKeyGenerator,
        clock: FakeClock,
    ) -> None:
        await access_tokens.issue(claims)
        elsewhere = JoseAccessTokens(keys=keys, key_generator=key_generator, policy=TERMS, clock=clock)
        await keys.add(key_generator.generate(sequence=2, published_at=clock.now(), active_from=clock.now()))
        clock.advance(seconds=1)
        token = await elsewhere.issue(claims)
        assert await access_tokens.verify(token.text) == claims

    async def test_cached_token_is_rejected_after_key_removal(
        self, access_tokens: JoseAccessTokens, claims: AccessClaims, keys: Keys, clock: FakeClock
    ) -> None:
        token = await access_tokens.issue(claims)
        assert await access_tokens.verify(token.text) == claims
        keys.withdraw()
        clock.advance(RELOAD_AFTER)
        with pytest.raises(InvalidAccessToken):
            await access_tokens.verify(token.text)

    async def test_cache_does_not_accept_modified_token(
        self, access_tokens: JoseAccessTokens, claims: AccessClaims
    ) -> None:
        token = await access_tokens.issue(claims)
        assert await access_tokens.verify(token.text) == claims
        for place in (5, token.text.index(".") + 5, token.text.rindex(".") + 5):
            another = "A" if token.text[place] != "A" else "B"
            with pytest.raises(InvalidAccessToken):
                await access_tokens.verify(token.text[:place] + another + token.text[place + 1 :])
        for spaced in (f" {token.text}", f"{token.text} ", f"{token.text}="):
            with pytest.raises(InvalidAccessToken):
                await access_tokens.verify(spaced)

    @pytest.fixture
    async def at_two_addresses(
        self, keys: Keys, key_generator: JoseSigningKeyGenerator, clock: FakeClock
    ) -> Callable[..., list[JoseAccessTokens]]:
        await keys.add(key_generator.generate(sequence=1, published_at=clock.now(), active_from=clock.now()))

        def processes(*, guessed: bool) -> list[JoseAccessTokens]:
            addresses = ("http://127.0.0.1:1", "http://127.0.0.1:2")
            terms = [
                replace(TERMS, issuer=address, audience=address, issuer_is_default=guessed)
                for address in addresses
            ]
            return [
                JoseAccessTokens(keys=keys, key_generator=key_generator, policy=each, clock=clock)
                for each in terms
            ]

        return processes

    async def test_default_issuer_accepts_every_address(
        self, at_two_addresses: Callable[..., list[JoseAccessTokens]], claims: AccessClaims
    ) -> None:
        here, there = at_two_addresses(guessed=True)
        assert await there.verify((await here.issue(claims)).text) == claims

    async def test_configured_issuer_accepts_only_itself(
        self, at_two_addresses: Callable[..., list[JoseAccessTokens]], claims: AccessClaims
    ) -> None:
        here, there = at_two_addresses(guessed=False)
        with pytest.raises(InvalidAccessToken):
            await there.verify((await here.issue(claims)).text)

    async def test_no_active_key(
        self, claims: AccessClaims, keys: Keys, key_generator: JoseSigningKeyGenerator, clock: FakeClock
    ) -> None:
        tokens = JoseAccessTokens(keys=keys, key_generator=key_generator, policy=TERMS, clock=clock)
        with pytest.raises(NoActiveSigningKey):
            await tokens.issue(claims)
        keys.away = True
        with pytest.raises(StorageUnavailable):
            await tokens.issue(claims)

    async def test_rejects_token_of_another_installation(
        self,
        access_tokens: JoseAccessTokens,
        claims: AccessClaims,
        key_generator: JoseSigningKeyGenerator,
        clock: FakeClock,
    ) -> None:
        """R46 (CVE-2019-13177 (django-rest-registration); CWE-798): all installations sign with one key."""
        others = Keys()
        await others.add(
            key_generator.generate(sequence=1, published_at=clock.now(), active_from=clock.now())
        )
        token = await JoseAccessTokens(
            keys=others, key_generator=key_generator, policy=TERMS, clock=clock
        ).issue(claims)
        with pytest.raises(InvalidAccessToken):
            await access_tokens.verify(token.text)


class TestAccessTokenPolicy:
    def test_rejects_claims_of_two_kinds_of_token(self, clock: FakeClock) -> None:
        """They are signed by this installation, but no token that it issues has them."""
        client_id = ClientId("fa_c_" + "a" * 20)
        session = TERMS.payload(
            AccessClaims(user_id=UserId(7), session_id=SessionId("a" * 32), authenticated_at=clock.now()),
            clock.now(),
        )
        key = TERMS.payload(ApiKeyClaims(user_id=UserId(7), key_id="k"), clock.now())
        client = TERMS.payload(ClientClaims(client_id=client_id, issued_at=clock.now()), clock.now())
        for number, payload in enumerate(
            (
                session | {"sub": client_id},
                session | {"client_id": client_id},
                session | {"client_id": client_id, "sub": client_id},
                session | {"sid": "key:k"},
                session | {"sid": "key:"},
                key | {"sid": "k"},
                key | {"amr": ["pwd"]},
                key | {"amr": ["api_key", "mfa"]},
                key | {"client_id": client_id},
                client | {"sub": "7"},
                client | {"client_id": TERMS.client_id},
                client | {"client_id": "7", "sub": "7"},
                client | {"sub": "fa_c_" + "b" * 20},
                client | {"sid": "a" * 32},
                client | {"permissions": "orders:read"},
                client | {"aud": "https://other.example"},
            )
        ):
            with pytest.raises(InvalidAccessToken):
                pytest.fail(f"row {number}: {TERMS.validate(payload, clock.now())}")
        for payload in (session, key, client):
            assert TERMS.validate(payload, clock.now())


class TestJoseSigningKeyGenerator:
    def test_private_key_is_encrypted(self, key_generator: JoseSigningKeyGenerator, clock: FakeClock) -> None:
        key = key_generator.generate(
            sequence=1, published_at=clock.now(), active_from=clock.now() + timedelta(1)
        )
        private = str(key_generator.private_key(key).as_dict(private=True)["d"])
        assert private not in repr(key) + key.encrypted_private_key + key.public_jwk

    def test_rewraps_under_newest_secret_key(
        self, key_generator: JoseSigningKeyGenerator, clock: FakeClock, algorithm: str
    ) -> None:
        key = key_generator.generate(sequence=1, published_at=clock.now(), active_from=clock.now())
        assert key_generator.rewrap(key) is key
        both = JoseSigningKeyGenerator(
            algorithm=algorithm, secret_box=JoseSecretBox(ANOTHER_SECRET_KEY, A_SECRET_KEY)
        )
        resealed = both.rewrap(key)
        alone = JoseSigningKeyGenerator(
            algorithm=algorithm,
            secret_box=JoseSecretBox(ANOTHER_SECRET_KEY),
        )
        assert alone.private_key(resealed).as_dict() == key_generator.private_key(key).as_dict()
        with pytest.raises(KeyUnwrapFailed):
            alone.private_key(key)

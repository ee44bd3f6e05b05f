"""When signing keys come, when they sign, and when they go."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

import pytest
from tests.application import A_SECRET_KEY, Application
from tests.fakes import FakeClock, FakeSigningKeyRepository

from fastauth.adapters.jose import JoseSecretBox, JoseSigningKeyGenerator
from fastauth.application.signing_keys.publish_keys import PublishKeys
from fastauth.application.signing_keys.rotate_keys import RotateKeys
from fastauth.domain.audit.event import EventType
from fastauth.domain.errors import StorageUnavailable
from fastauth.domain.revocations.revocation import Revocation
from fastauth.domain.secret_key import SecretKey
from fastauth.domain.signing_keys.errors import SigningKeyNotFound
from fastauth.domain.signing_keys.key_set import KeySet
from fastauth.domain.signing_keys.signing_key import RotationPolicy, SigningKey

ANOTHER_SECRET_KEY = SecretKey(b"another secret key of the tests, 32 bytes")
LEAD, ROTATION, AFTERLIFE = timedelta(minutes=5), timedelta(days=90), timedelta(hours=1)
SCHEDULE = RotationPolicy(publish_ahead=LEAD, rotate_every=ROTATION, verify_after=AFTERLIFE)
AN_INSTANT = timedelta(microseconds=1)


def a_smith(*secrets: SecretKey) -> JoseSigningKeyGenerator:
    return JoseSigningKeyGenerator(algorithm="ES256", secret_box=JoseSecretBox(*secrets))


@dataclass
class Installation:
    keys: FakeSigningKeyRepository
    clock: FakeClock

    async def rotate(self, *secrets: SecretKey, **how: bool) -> KeySet:
        key_generator = a_smith(*secrets or [A_SECRET_KEY])
        return await RotateKeys(
            keys=self.keys, key_generator=key_generator, policy=SCHEDULE, clock=self.clock
        )(**how)

    async def published(self) -> list[int]:
        return numbers(await PublishKeys(keys=self.keys, policy=SCHEDULE, clock=self.clock)())

    async def signer(self) -> int:
        signer = (await self.keys.load()).active(self.clock.now())
        assert signer
        return signer.sequence


def numbers(keys: Collection[SigningKey]) -> list[int]:
    return [key.sequence for key in keys]


@pytest.fixture
def installation(clock: FakeClock) -> Installation:
    return Installation(FakeSigningKeyRepository(), clock)


class TestRotateKeys:
    async def test_first_key_is_active_at_once(self, installation: Installation) -> None:
        (key,) = (await installation.rotate()).keys
        now = installation.clock.now()
        assert (key.sequence, key.published_at, key.active_from) == (1, now, now)
        assert key.kid
        assert a_smith(A_SECRET_KEY).private_key(key)

    async def test_next_key_is_published_once_when_due(self, installation: Installation) -> None:
        await installation.rotate()
        installation.clock.advance(ROTATION - LEAD - AN_INSTANT)
        assert numbers((await installation.rotate()).keys) == [1]
        installation.clock.advance(AN_INSTANT)
        _, key = (await installation.rotate()).keys
        now = installation.clock.now()
        assert (key.sequence, key.published_at, key.active_from) == (2, now, now + LEAD)
        assert numbers((await installation.rotate()).keys) == [1, 2]

    async def test_early_rotation(self, installation: Installation) -> None:
        await installation.rotate()
        assert numbers((await installation.rotate(early=True)).keys) == [1, 2]

    async def test_expired_key_is_removed(self, installation: Installation) -> None:
        await installation.rotate()
        await installation.rotate(early=True)
        installation.clock.advance(LEAD + AFTERLIFE - AN_INSTANT)
        assert numbers((await installation.rotate()).keys) == [1, 2]
        installation.clock.advance(AN_INSTANT)
        assert numbers((await installation.rotate()).keys) == [2]

    async def test_clock_that_was_set_back(self, installation: Installation) -> None:
        """Each key that it left signs in the future: another one signs at once."""
        await installation.rotate()
        installation.clock.advance(ROTATION)
        await installation.rotate()
        installation.clock.advance(LEAD + AFTERLIFE)
        assert numbers((await installation.rotate()).keys) == [2]
        installation.clock.advance(-ROTATION)
        assert numbers((await installation.rotate()).keys) == [2, 3]
        assert await installation.signer() == 3
        assert numbers((await installation.rotate()).keys) == [2, 3]

    async def test_sequence_numbers_are_unique(self, installation: Installation) -> None:
        await installation.rotate()
        await installation.rotate(early=True)
        installation.clock.advance(LEAD + AFTERLIFE)
        await installation.rotate()
        assert numbers((await installation.rotate(early=True)).keys) == [2, 3]

    async def test_keys_are_rewrapped_under_a_new_secret_key(self, installation: Installation) -> None:
        await installation.rotate()
        before = (await installation.rotate(early=True)).keys
        assert (await installation.rotate()).keys == before
        after = (await installation.rotate(ANOTHER_SECRET_KEY, A_SECRET_KEY)).keys
        assert numbers(after) == [1, 2]
        for key, resealed in zip(before, after, strict=True):
            assert resealed.kid == key.kid
            assert a_smith(ANOTHER_SECRET_KEY).private_key(resealed)


class KeysThatGoAway(FakeSigningKeyRepository):
    away = False

    async def load(self) -> KeySet:
        if self.away:
            raise StorageUnavailable
        return await super().load()


class TestPublishKeys:
    async def test_outage_serves_loaded_keys_for_publish_ahead(self, clock: FakeClock) -> None:
        keys = KeysThatGoAway()
        installation = Installation(keys, clock)
        await installation.rotate()
        publish = PublishKeys(keys=keys, policy=SCHEDULE, clock=clock)
        keys.away = True
        with pytest.raises(StorageUnavailable):
            await publish()
        keys.away = False
        published = await publish()
        keys.away = True
        clock.advance(LEAD - AN_INSTANT)
        assert await publish() == published
        clock.advance(AN_INSTANT)
        with pytest.raises(StorageUnavailable):
            await publish()

    async def test_key_is_published_before_and_after_use(self, installation: Installation) -> None:
        await installation.rotate()
        await installation.rotate(early=True)
        assert (await installation.published(), await installation.signer()) == ([1, 2], 1)
        installation.clock.advance(LEAD - AN_INSTANT)
        assert (await installation.published(), await installation.signer()) == ([1, 2], 1)
        installation.clock.advance(AN_INSTANT)
        assert (await installation.published(), await installation.signer()) == ([1, 2], 2)
        installation.clock.advance(AFTERLIFE - AN_INSTANT)
        assert await installation.published() == [1, 2]
        installation.clock.advance(AN_INSTANT)
        assert await installation.published() == [2]

    async def test_key_without_successor_stays_published(self, installation: Installation) -> None:
        await installation.rotate()
        installation.clock.advance(ROTATION * 10)
        assert await installation.published() == [1]

    async def test_verify_after_counts_from_the_next_key(self, installation: Installation) -> None:
        await installation.rotate()
        for _ in range(2):
            await installation.rotate(early=True)
            installation.clock.advance(LEAD + AFTERLIFE / 2)
        assert await installation.published() == [2, 3]


class TestKeySet:
    async def test_no_active_key_before_the_first(self, installation: Installation) -> None:
        assert KeySet([]).active(installation.clock.now()) is None
        ring = await installation.rotate()
        assert ring.active(installation.clock.now() - AN_INSTANT) is None
        assert ring.active(installation.clock.now()) == ring.keys[0]


class TestRevokeKey:
    async def test_active_key_is_replaced_at_once(self, app: Application) -> None:
        (old,) = (await app.container.rotate_keys()()).keys
        (new,) = (await app.container.revoke_key()(kid=old.kid)).keys
        assert (new.sequence, new.published_at, new.active_from) == (2, app.clock.now(), app.clock.now())
        assert app.storage.revocations == [Revocation.of_key(old.kid, at=app.clock.now())]
        revoked = app.storage.events[-1]
        assert (revoked.type, revoked.detail) == (EventType.SIGNING_KEY_REVOKED, old.kid)

    async def test_another_key_makes_no_new_one(self, app: Application) -> None:
        await app.container.rotate_keys()()
        active, coming = (await app.container.rotate_keys()(early=True)).keys
        assert (await app.container.revoke_key()(kid=coming.kid)).keys == [active]

    async def test_unknown_key(self, app: Application) -> None:
        with pytest.raises(SigningKeyNotFound):
            await app.container.revoke_key()(kid="none")

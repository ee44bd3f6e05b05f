import asyncio
from datetime import timedelta

import pytest
from tests.fakes import FakeClock, FakeSigningKeyRepository, FakeStorage, FakeStorageProbe
from tests.world import A_SECRET_KEY

from fastauth.adapters.jose import JoseKeySmith
from fastauth.application.check_readiness import CheckReadiness
from fastauth.application.rotate_keys import RotateKeys
from fastauth.domain.errors import SecretKeyUnknown, SigningKeyMissing, StorageUnavailable
from fastauth.domain.ports import StorageProbe
from fastauth.domain.secret_key import SecretKey
from fastauth.domain.signing_key import KeySchedule

SCHEDULE = KeySchedule(lead=timedelta(minutes=5), rotation=timedelta(days=90), afterlife=timedelta(minutes=5))


class Silence:
    """A database that never answers."""

    async def check(self) -> None:
        await asyncio.Event().wait()


def check_readiness(
    *, storage: StorageProbe | None = None, secret: SecretKey = A_SECRET_KEY, keys: FakeSigningKeyRepository
) -> CheckReadiness:
    return CheckReadiness(
        storage=storage or FakeStorageProbe(),
        keys=keys,
        smith=JoseKeySmith(algorithm="ES256", secret_keys=(secret,)),
        clock=FakeClock(),
    )


@pytest.fixture
async def keys() -> FakeSigningKeyRepository:
    """One key, which signs."""
    keys = FakeSigningKeyRepository(FakeStorage())
    smith = JoseKeySmith(algorithm="ES256", secret_keys=(A_SECRET_KEY,))
    await RotateKeys(keys=keys, smith=smith, schedule=SCHEDULE, clock=FakeClock())()
    return keys


class TestCheckReadiness:
    async def test_finds_nothing_amiss(self, keys: FakeSigningKeyRepository) -> None:
        before = dict(keys.storage.keys)
        await check_readiness(keys=keys)()
        assert keys.storage.keys == before

    async def test_tells_that_the_database_is_away(self, keys: FakeSigningKeyRepository) -> None:
        with pytest.raises(StorageUnavailable):
            await check_readiness(keys=keys, storage=FakeStorageProbe(trouble=StorageUnavailable()))()

    async def test_does_not_wait_beyond_its_deadline(self, keys: FakeSigningKeyRepository) -> None:
        impatient = CheckReadiness(
            storage=Silence(),
            keys=keys,
            smith=JoseKeySmith(algorithm="ES256", secret_keys=(A_SECRET_KEY,)),
            clock=FakeClock(),
            deadline=timedelta(milliseconds=1),
        )
        with pytest.raises(StorageUnavailable):
            await impatient()

    async def test_misses_a_key(self) -> None:
        with pytest.raises(SigningKeyMissing):
            await check_readiness(keys=FakeSigningKeyRepository())()

    async def test_misses_the_secret_that_opens_the_key(self, keys: FakeSigningKeyRepository) -> None:
        with pytest.raises(SecretKeyUnknown):
            await check_readiness(keys=keys, secret=SecretKey(b"another secret key, also of 32 bytes"))()

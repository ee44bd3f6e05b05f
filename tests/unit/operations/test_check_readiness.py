import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.application import A_SECRET_KEY
from tests.fakes import FakeClock, FakeSigningKeyRepository, FakeStorage, FakeStorageProbe

from fastauth.adapters.jose import JoseSecretBox, JoseSigningKeyGenerator
from fastauth.application.operations.check_readiness import CheckReadiness
from fastauth.application.operations.share_readiness import SHARED_FOR, ShareReadiness
from fastauth.application.signing_keys.rotate_keys import RotateKeys
from fastauth.domain.errors import StorageUnavailable
from fastauth.domain.operations.ports import StorageProbe
from fastauth.domain.secret_key import SecretKey
from fastauth.domain.signing_keys.errors import KeyUnwrapFailed, NoActiveSigningKey
from fastauth.domain.signing_keys.signing_key import RotationPolicy

SCHEDULE = RotationPolicy(
    publish_ahead=timedelta(minutes=5), rotate_every=timedelta(days=90), verify_after=timedelta(minutes=5)
)


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
        key_generator=JoseSigningKeyGenerator(
            algorithm="ES256",
            secret_box=JoseSecretBox(secret),
        ),
        clock=FakeClock(),
    )


@pytest.fixture
async def keys() -> FakeSigningKeyRepository:
    """One key, which signs."""
    keys = FakeSigningKeyRepository(FakeStorage())
    key_generator = JoseSigningKeyGenerator(
        algorithm="ES256",
        secret_box=JoseSecretBox(A_SECRET_KEY),
    )
    await RotateKeys(keys=keys, key_generator=key_generator, policy=SCHEDULE, clock=FakeClock())()
    return keys


class TestCheckReadiness:
    async def test_ready_installation_changes_no_key(self, keys: FakeSigningKeyRepository) -> None:
        before = dict(keys.storage.keys)
        await check_readiness(keys=keys)()
        assert keys.storage.keys == before

    async def test_database_unavailable(self, keys: FakeSigningKeyRepository) -> None:
        with pytest.raises(StorageUnavailable):
            await check_readiness(keys=keys, storage=FakeStorageProbe(trouble=StorageUnavailable()))()

    async def test_deadline(self, keys: FakeSigningKeyRepository) -> None:
        impatient = CheckReadiness(
            storage=Silence(),
            keys=keys,
            key_generator=JoseSigningKeyGenerator(
                algorithm="ES256",
                secret_box=JoseSecretBox(A_SECRET_KEY),
            ),
            clock=FakeClock(),
            deadline=timedelta(milliseconds=1),
        )
        with pytest.raises(StorageUnavailable):
            await impatient()

    async def test_no_active_key(self) -> None:
        with pytest.raises(NoActiveSigningKey):
            await check_readiness(keys=FakeSigningKeyRepository())()

    async def test_key_of_another_secret_key(self, keys: FakeSigningKeyRepository) -> None:
        with pytest.raises(KeyUnwrapFailed):
            await check_readiness(keys=keys, secret=SecretKey(b"another secret key, also of 32 bytes"))()

    @pytest.mark.parametrize("sealed", ["", "e30.a.b.c.d", "bm8.a", "W10.a", "bnVsbA.a", "é.a"])
    async def test_damaged_key(self, keys: FakeSigningKeyRepository, sealed: str) -> None:
        """A key that names the right secret and does not decrypt is no key that signs."""
        (key,) = (await keys.load()).keys
        header, *rest, tag = key.encrypted_private_key.split(".")
        for damaged in (sealed, ".".join([header, *rest, "A" * len(tag)]), ".".join([header, *rest])):
            await keys.update(replace(key, encrypted_private_key=damaged))
            with pytest.raises(KeyUnwrapFailed):
                await check_readiness(keys=keys)()


class SlowCheck:
    """A check that ends when a test says so, and counts how often it began."""

    def __init__(self) -> None:
        self.refusal: StorageUnavailable | None = None
        self.begun = 0
        self.may_end = asyncio.Event()

    async def __call__(self) -> None:
        self.begun += 1
        await self.may_end.wait()
        if self.refusal:
            raise self.refusal


class TestShareReadiness:
    @pytest.fixture
    def check(self) -> SlowCheck:
        return SlowCheck()

    @pytest.fixture
    def clock(self) -> FakeClock:
        return FakeClock()

    @pytest.fixture
    def share(self, check: SlowCheck, clock: FakeClock) -> ShareReadiness:
        return ShareReadiness(check=check, clock=clock)

    async def test_concurrent_probes_share_one_check(self, share: ShareReadiness, check: SlowCheck) -> None:
        asking = [asyncio.create_task(share()) for _ in range(300)]
        await asyncio.sleep(0)
        check.may_end.set()
        assert await asyncio.gather(*asking) == [None] * 300
        assert check.begun == 1

    async def test_checks_again_after_a_second(
        self, share: ShareReadiness, check: SlowCheck, clock: FakeClock
    ) -> None:
        check.may_end.set()
        await share()
        check.refusal = StorageUnavailable()
        clock.advance(SHARED_FOR - timedelta(microseconds=1))
        await share()
        assert check.begun == 1
        clock.advance(microseconds=1)
        for _ in range(3):
            with pytest.raises(StorageUnavailable):
                await share()
        assert check.begun == 2
        clock.advance(SHARED_FOR)
        check.refusal = None
        await share()

    async def test_checks_again_if_clock_was_set_back(
        self, share: ShareReadiness, check: SlowCheck, clock: FakeClock
    ) -> None:
        check.may_end.set()
        await share()
        clock.advance(hours=-1)
        await share()
        assert check.begun == 2

    async def test_cancelled_probe_does_not_cancel_others(
        self, share: ShareReadiness, check: SlowCheck
    ) -> None:
        first, second = asyncio.create_task(share()), asyncio.create_task(share())
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(0)
        check.may_end.set()
        await second
        assert check.begun == 1

    async def test_traceback_does_not_grow(self, share: ShareReadiness, check: SlowCheck) -> None:
        check.refusal = StorageUnavailable()
        check.may_end.set()
        lengths = set()
        for _ in range(3):
            with pytest.raises(StorageUnavailable) as refused:
                await share()
            lengths.add(len(refused.traceback))
        assert len(lengths) == 1

"""Argon2id and the threads it runs on."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator

import pytest
from argon2 import extract_parameters
from tests.builders import a_password
from tests.contracts.password_hasher import PasswordHasherContract

from fastauth.adapters.passwords import Argon2PasswordHasher, HashingPool
from fastauth.adapters.passwords.pool import ALWAYS_ADMITTED
from fastauth.domain.errors import HashingOverloaded


@pytest.fixture
def pool() -> Iterator[HashingPool]:
    pool = HashingPool(threads=2)
    yield pool
    pool.close()


class TestArgon2PasswordHasher(PasswordHasherContract):
    @pytest.fixture
    def hasher(self, pool: HashingPool) -> Argon2PasswordHasher:
        return Argon2PasswordHasher(pool=pool, memory_kib=64, time_cost=3, parallelism=1)

    async def test_uses_the_parameters_it_was_given(self, hasher: Argon2PasswordHasher) -> None:
        parameters = extract_parameters((await hasher.hash(a_password())).encoded)
        assert (parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (64, 3, 1)
        assert (parameters.salt_len, parameters.hash_len, parameters.type.name) == (16, 32, "ID")


class TestHashingPool:
    @pytest.fixture
    async def blocked(self, pool: HashingPool) -> AsyncIterator[threading.Event]:
        """A pool in which every place is taken until the event is set."""
        release = threading.Event()
        waiting = [asyncio.create_task(pool.run(release.wait)) for _ in range(ALWAYS_ADMITTED)]
        await asyncio.sleep(0)
        yield release
        release.set()
        await asyncio.gather(*waiting)

    async def test_works_beside_the_event_loop_and_not_in_anybody_elses_threads(
        self, pool: HashingPool
    ) -> None:
        names = await asyncio.gather(*(pool.run(lambda: threading.current_thread().name) for _ in range(8)))
        assert {name.rpartition("_")[0] for name in names} == {"hashing"}

    async def test_does_no_more_at_a_time_than_it_has_threads(self, pool: HashingPool) -> None:
        busy: list[int] = []
        most = 0

        def work() -> None:
            nonlocal most
            busy.append(1)
            most = max(most, len(busy))
            threading.Event().wait(0.002)
            busy.pop()

        await asyncio.gather(*(pool.run(work) for _ in range(20)))
        assert most == 2

    async def test_refuses_at_once_what_could_not_be_done_in_time(
        self, pool: HashingPool, blocked: threading.Event
    ) -> None:
        assert not blocked.is_set()
        with pytest.raises(HashingOverloaded) as refusal:
            await pool.run(int)
        assert refusal.value.retry_after >= 1

    async def test_admits_again_once_there_is_room(self, pool: HashingPool, blocked: threading.Event) -> None:
        blocked.set()
        while True:
            try:
                assert await pool.run(int) == 0
                break
            except HashingOverloaded:
                await asyncio.sleep(0)

    async def test_passes_errors_on(self, pool: HashingPool) -> None:
        with pytest.raises(ZeroDivisionError):
            await pool.run(lambda: 1 / 0)

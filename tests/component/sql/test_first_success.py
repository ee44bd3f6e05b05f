"""Parallel attempts with staggered starts, of which the first success counts."""

import asyncio
from contextlib import suppress
from functools import partial

import pytest

from fastauth.adapters.sql.database.first_success import AllFailed, first_success

pytestmark = pytest.mark.anyio


class Attempts:
    def __init__(self) -> None:
        self.begun: list[str] = []
        self.cancelled: list[str] = []
        self.discarded: list[str] = []
        self._hanging = asyncio.Semaphore(0)

    async def succeed(self, name: str) -> str:
        self.begun.append(name)
        return name

    async def fail(self, name: str) -> str:
        self.begun.append(name)
        raise LookupError(name)

    async def hang(self, name: str) -> str:
        self.begun.append(name)
        self._hanging.release()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled.append(name)
            raise
        return name

    async def finish_late(self, name: str) -> str:
        with suppress(asyncio.CancelledError):
            await self.hang(name)
        return name

    async def wait_until_hanging(self, number: int) -> None:
        """Return once `number` attempts hang."""
        for _ in range(number):
            await self._hanging.acquire()

    async def discard(self, name: str) -> None:
        self.discarded.append(name)


class TestFirstSuccess:
    async def test_no_second_attempt_after_a_success(self) -> None:
        its = Attempts()
        ways = [partial(its.succeed, "a"), partial(its.succeed, "b")]
        assert await first_success(ways, discard=its.discard) == "a"
        assert its.begun == ["a"]

    async def test_next_attempt_starts_at_once_after_a_failure(self) -> None:
        its = Attempts()
        ways = [partial(its.fail, "a"), partial(its.succeed, "b")]
        assert await first_success(ways, discard=its.discard, head_start=3_600) == "b"

    async def test_hanging_attempt_is_cancelled(self) -> None:
        its = Attempts()
        ways = [partial(its.hang, "a"), partial(its.succeed, "b")]
        assert await first_success(ways, discard=its.discard, head_start=0.01) == "b"
        assert its.cancelled == ["a"]

    async def test_late_result_is_discarded(self) -> None:
        its = Attempts()
        ways = [partial(its.finish_late, "a"), partial(its.succeed, "b")]
        assert await first_success(ways, discard=its.discard, head_start=0.01) == "b"
        assert its.discarded == ["a"]

    async def test_all_errors_are_reported(self) -> None:
        its = Attempts()
        ways = [partial(its.fail, "a"), partial(its.fail, "b")]
        with pytest.raises(AllFailed) as failed:
            await first_success(ways, discard=its.discard)
        assert [str(error) for error in failed.value.errors] == ["a", "b"]

    async def test_cancellation_cancels_all_attempts(self) -> None:
        its = Attempts()
        ways = [partial(its.hang, "a"), partial(its.hang, "b")]
        race = asyncio.create_task(first_success(ways, discard=its.discard, head_start=0.01))
        await its.wait_until_hanging(2)
        race.cancel()
        with pytest.raises(asyncio.CancelledError):
            await race
        assert sorted(its.cancelled) == ["a", "b"]

    async def test_result_after_cancellation_is_discarded(self) -> None:
        its = Attempts()
        race = asyncio.create_task(first_success([partial(its.finish_late, "a")], discard=its.discard))
        await its.wait_until_hanging(1)
        race.cancel()
        with pytest.raises(asyncio.CancelledError):
            await race
        assert its.discarded == ["a"]

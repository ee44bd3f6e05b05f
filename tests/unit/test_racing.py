"""Attempts that run against each other."""

import asyncio
from contextlib import suppress
from functools import partial

import pytest

from fastauth.adapters.sql.racing import AllFailed, first_of

pytestmark = pytest.mark.anyio


class Attempts:
    def __init__(self) -> None:
        self.begun: list[str] = []
        self.cancelled: list[str] = []
        self.discarded: list[str] = []

    async def succeed(self, name: str) -> str:
        self.begun.append(name)
        return name

    async def fail(self, name: str) -> str:
        self.begun.append(name)
        raise LookupError(name)

    async def hang(self, name: str) -> str:
        self.begun.append(name)
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

    async def discard(self, name: str) -> None:
        self.discarded.append(name)


class TestFirstOf:
    async def test_does_not_begin_what_is_not_needed(self) -> None:
        its = Attempts()
        ways = [partial(its.succeed, "a"), partial(its.succeed, "b")]
        assert await first_of(ways, discard=its.discard) == "a"
        assert its.begun == ["a"]

    async def test_goes_on_at_once_after_a_failure(self) -> None:
        its = Attempts()
        ways = [partial(its.fail, "a"), partial(its.succeed, "b")]
        assert await first_of(ways, discard=its.discard, head_start=3_600) == "b"

    async def test_leaves_behind_what_hangs(self) -> None:
        its = Attempts()
        ways = [partial(its.hang, "a"), partial(its.succeed, "b")]
        assert await first_of(ways, discard=its.discard, head_start=0.01) == "b"
        assert its.cancelled == ["a"]

    async def test_discards_what_succeeds_too_late(self) -> None:
        its = Attempts()
        ways = [partial(its.finish_late, "a"), partial(its.succeed, "b")]
        assert await first_of(ways, discard=its.discard, head_start=0.01) == "b"
        assert its.discarded == ["a"]

    async def test_tells_every_failure(self) -> None:
        its = Attempts()
        ways = [partial(its.fail, "a"), partial(its.fail, "b")]
        with pytest.raises(AllFailed) as failed:
            await first_of(ways, discard=its.discard)
        assert [str(error) for error in failed.value.errors] == ["a", "b"]

    async def test_ends_all_where_it_is_cancelled(self) -> None:
        its = Attempts()
        ways = [partial(its.hang, "a"), partial(its.hang, "b")]
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await first_of(ways, discard=its.discard, head_start=0.01)
        assert sorted(its.cancelled) == ["a", "b"]

    async def test_discards_what_succeeds_after_it_was_cancelled(self) -> None:
        its = Attempts()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await first_of([partial(its.finish_late, "a")], discard=its.discard)
        assert its.discarded == ["a"]

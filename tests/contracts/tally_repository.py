"""What a `TallyRepository` promises."""

import asyncio
from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta
from secrets import token_bytes

import pytest

from fastauth.domain.ports import Sweeper, TallyRepository
from fastauth.domain.throttling import NEVER, REMEMBERED, Tally, TallyKey

NOW = datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC)


def a_key() -> TallyKey:
    return TallyKey(token_bytes(16))


async def read(tallies: TallyRepository, *keys: TallyKey, now: datetime = NOW) -> tuple[Tally, ...]:
    seen: tuple[Tally, ...] = ()

    def look(*found: Tally) -> tuple[Tally, ...]:
        nonlocal seen
        seen = found
        return found

    await tallies.change(keys, look, now=now)
    return seen


async def write(tallies: TallyRepository, key: TallyKey, tally: Tally) -> None:
    await tallies.change((key,), lambda _: (tally,), now=NOW)


class TallyRepositoryContract(ABC):
    @abstractmethod
    @pytest.fixture
    def tallies(self) -> TallyRepository: ...

    @abstractmethod
    @pytest.fixture
    def sweeper(self, tallies: TallyRepository) -> Sweeper: ...

    async def test_begins_with_new_ones(self, tallies: TallyRepository) -> None:
        assert await read(tallies, a_key(), a_key()) == (Tally(), Tally())

    @pytest.mark.parametrize("until", [NOW, NEVER])
    async def test_keeps_what_it_is_given(self, tallies: TallyRepository, until: datetime) -> None:
        key, other = a_key(), a_key()
        await write(tallies, key, Tally(3, until))
        await write(tallies, key, Tally(4, until))
        assert await read(tallies, key, other) == (Tally(4, until), Tally())

    async def test_hands_over_and_takes_back_in_the_order_of_the_keys(self, tallies: TallyRepository) -> None:
        keys = [a_key() for _ in range(4)]
        for order in (keys, keys[::-1]):
            for number, key in enumerate(order):
                await write(tallies, key, Tally(number, NOW))
            assert [tally.attempts for tally in await read(tallies, *order)] == [0, 1, 2, 3]
            await tallies.change(
                tuple(order), lambda *found: tuple(Tally(t.attempts + 10, NOW) for t in found), now=NOW
            )
            assert [tally.attempts for tally in await read(tallies, *order)] == [10, 11, 12, 13]

    async def test_forgets_what_nothing_was_added_to(self, tallies: TallyRepository) -> None:
        key, used_up = a_key(), a_key()
        await write(tallies, key, Tally(3, NOW))
        await write(tallies, used_up, Tally(100, NEVER))
        late = NOW + REMEMBERED
        kept = (Tally(3, NOW), Tally(100, NEVER))
        assert await read(tallies, key, used_up, now=late - timedelta(microseconds=1)) == kept
        assert await read(tallies, key, used_up, now=late) == (Tally(), Tally(100, NEVER))

    async def test_changes_nothing_if_nothing_was_decided(self, tallies: TallyRepository) -> None:
        key, other = a_key(), a_key()
        await write(tallies, key, Tally(3, NOW))

        def fail(*_: Tally) -> tuple[Tally, ...]:
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await tallies.change((key, other), fail, now=NOW)
        assert await read(tallies, key, other) == (Tally(3, NOW), Tally())

    async def test_leaves_what_is_over_to_the_sweeper(
        self, tallies: TallyRepository, sweeper: Sweeper
    ) -> None:
        long_ago = NOW - timedelta(days=5_000)  # before any other test's
        over, used_up, recent = [a_key() for _ in range(3)], a_key(), a_key()
        while await sweeper.sweep(over_since=long_ago, at_most=100):
            pass
        for key in over:
            await write(tallies, key, Tally(3, long_ago))
        await write(tallies, used_up, Tally(100, NEVER))
        await write(tallies, recent, Tally(1, NOW))
        soon = long_ago + timedelta(seconds=1)
        assert [await sweeper.sweep(over_since=soon, at_most=2) for _ in range(3)] == [2, 1, 0]
        assert await read(tallies, used_up, recent) == (Tally(100, NEVER), Tally(1, NOW))

    async def test_loses_none_of_many_changes_at_once(self, tallies: TallyRepository) -> None:
        shared, *own = [a_key() for _ in range(9)]

        def count(*found: Tally) -> tuple[Tally, ...]:
            return tuple(Tally(tally.attempts + 1, NOW) for tally in found)

        orders = [order for key in own for order in ((shared, key), (key, shared))] * 2
        await asyncio.gather(*(tallies.change(order, count, now=NOW) for order in orders))
        assert [tally.attempts for tally in await read(tallies, shared, *own)] == [32, *[4] * 8]

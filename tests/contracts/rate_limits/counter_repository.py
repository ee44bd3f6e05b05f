"""What a `CounterRepository` promises: to count as the pure rules say, and to lose nothing."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from secrets import token_bytes
from typing import Protocol

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.harness.editions import size

from fastauth.domain.operations.ports import ExpiredRows
from fastauth.domain.operations.purges import Expired
from fastauth.domain.rate_limits import counting
from fastauth.domain.rate_limits.backoff import Backoff
from fastauth.domain.rate_limits.counter import COUNTER_RETENTION, EPOCH, LOCKED_FOREVER, Counter, CounterKey
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.domain.rate_limits.hit import Decision, Hit, HitResult, Scope
from fastauth.domain.rate_limits.limits import KNOWN_DEVICE_RETENTION
from fastauth.domain.rate_limits.ports import CounterRepository
from fastauth.domain.rate_limits.rate_limit import RateLimit
from fastauth.domain.rate_limits.refund import Decrement, Refund, Reset, ResetAfterSuccess, ResetIfLocked

NOW = datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
MANY = RateLimit(1_000, MINUTE)


HOUR = timedelta(hours=1)


def a_key() -> CounterKey:
    return CounterKey(token_bytes(16))


MANY_EXAMPLES = settings(
    max_examples=size(16, 40),
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

keys = st.builds(a_key)  # in a database that others use, too, no key may come back
spans = st.sampled_from([timedelta(seconds=1), timedelta(seconds=7, microseconds=1), MINUTE, HOUR])
budgets = st.builds(
    RateLimit,
    st.integers(1, 40),
    spans,
    st.none() | st.integers(1, 5),
    st.sampled_from([HOUR * 0, KNOWN_DEVICE_RETENTION]),
)
backoffs = st.builds(Backoff, spans, spans, st.integers(1, 50))
moments = st.one_of(
    st.sampled_from(
        [LOCKED_FOREVER, EPOCH, NOW, NOW + MINUTE, NOW + KNOWN_DEVICE_RETENTION, NOW - COUNTER_RETENTION]
    ),
    st.timedeltas(-2 * HOUR, 2 * HOUR).map(lambda span: NOW + span),
    st.timedeltas(-2 * HOUR, 2 * HOUR).map(lambda span: NOW + KNOWN_DEVICE_RETENTION + span),
)
stored = st.builds(Counter, st.integers(0, 50), moments)


@st.composite
def attempts(draw: st.DrawFn) -> list[tuple[Hit, Counter | None]]:
    """Return an attempt, and what is stored of each of its counters."""
    hits = st.builds(Hit, keys, budgets | backoffs, st.sampled_from(Scope))
    return draw(st.lists(st.tuples(hits, st.none() | stored), min_size=1, max_size=5))


@st.composite
def refunds(draw: st.DrawFn) -> list[tuple[Refund, Counter]]:
    """Return refunds, and what is stored of each of its counters."""
    counters = [draw(stored) for _ in range(6)]
    counted = Reset(a_key())
    backoff = Decrement(a_key(), draw(backoffs), counted_under=draw(st.sampled_from([None, counted.key])))
    until = draw(st.sampled_from([EPOCH, counters[3].resets_at, NOW]))
    return list(
        zip(
            (
                counted,
                backoff,
                Decrement(a_key(), draw(budgets)),
                Reset(a_key(), if_resets_at=until),
                ResetAfterSuccess(a_key(), draw(budgets)),
                ResetIfLocked(a_key(), draw(backoffs)),
            ),
            counters,
            strict=True,
        )
    )


class Rows(Protocol):
    """Reads and writes what is stored, past the repository."""

    async def read(self, *keys: CounterKey) -> list[Counter | None]:
        """Return what is stored under each key."""

    async def write(self, counters: Mapping[CounterKey, Counter]) -> None:
        """Replace what is stored under these keys."""


class CounterRepositoryContract(ABC):
    @abstractmethod
    @pytest.fixture
    def counters(self) -> CounterRepository: ...

    @abstractmethod
    @pytest.fixture
    def rows(self, counters: CounterRepository) -> Rows: ...

    @abstractmethod
    @pytest.fixture
    def expired_rows(self, counters: CounterRepository) -> ExpiredRows: ...

    async def test_counts_under_every_key(self, counters: CounterRepository, rows: Rows) -> None:
        hits = tuple(Hit(a_key(), RateLimit(number, MINUTE), Scope.ACCOUNT) for number in (1, 2, 3, 4))
        for order in (hits, hits[::-1]):
            await rows.write(dict.fromkeys((hit.key for hit in hits), Counter()))
            assert await counters.count(order, now=NOW) == HitResult(Decision.ALLOWED, is_locked=False)
            stored = await rows.read(*(hit.key for hit in hits))
            assert stored == [Counter(1, NOW + MINUTE / number) for number in (1, 2, 3, 4)]

    async def test_locked_counter_stays_locked(self, counters: CounterRepository, rows: Rows) -> None:
        hit = Hit(a_key(), RateLimit(9, MINUTE, max_consecutive=1), Scope.ACCOUNT)
        assert (await counters.count((hit,), now=NOW)).decision is Decision.ALLOWED
        assert await rows.read(hit.key) == [Counter(1, LOCKED_FOREVER)]
        late = NOW + timedelta(days=9_999)
        assert await counters.count((hit,), now=late) == HitResult(Decision.LIMITED, is_locked=True)

    async def test_expired_counter_is_a_new_one(self, counters: CounterRepository, rows: Rows) -> None:
        hit = Hit(a_key(), RateLimit(9, MINUTE, max_consecutive=4), Scope.ACCOUNT)
        await rows.write({hit.key: Counter(3, NOW)})
        await counters.count((hit,), now=NOW + COUNTER_RETENTION)
        assert await rows.read(hit.key) == [Counter(1, NOW + COUNTER_RETENTION + MINUTE // 9)]

    async def test_network_limit_counts_nothing(self, counters: CounterRepository, rows: Rows) -> None:
        full = Hit(a_key(), RateLimit(2, MINUTE), Scope.NETWORK)
        others = Hit(a_key(), MANY, Scope.NETWORK), Hit(a_key(), MANY, Scope.ACCOUNT)
        await rows.write({full.key: Counter(2, NOW + MINUTE)})
        with pytest.raises(TooManyRequests) as refusal:
            await counters.count((others[0], full, others[1]), now=NOW + timedelta(seconds=7))
        assert refusal.value.retry_after == 23
        stored = await rows.read(full.key, *(other.key for other in others))
        assert stored[0] == Counter(2, NOW + MINUTE)
        assert {counter or Counter() for counter in stored[1:]} == {Counter()}

    async def test_account_limit_counts_for_network_only(
        self, counters: CounterRepository, rows: Rows
    ) -> None:
        network, account = Hit(a_key(), MANY, Scope.NETWORK), Hit(a_key(), MANY, Scope.ACCOUNT)
        full = Hit(a_key(), RateLimit(2, MINUTE), Scope.ACCOUNT)
        await rows.write({full.key: Counter(2, NOW + MINUTE)})
        outcome = await counters.count((network, account, full), now=NOW)
        assert outcome == HitResult(Decision.LIMITED, is_locked=False)
        stored = await rows.read(network.key, account.key, full.key)
        assert [counter.count if counter else 0 for counter in stored] == [1, 0, 2]

    async def test_taken_slot_counts_nothing(self, counters: CounterRepository, rows: Rows) -> None:
        network, turn = Hit(a_key(), MANY, Scope.NETWORK), Hit(a_key(), RateLimit(1, MINUTE), Scope.SLOT)
        verdicts = [(await counters.count((network, turn), now=NOW)).decision for _ in range(2)]
        assert verdicts == [Decision.ALLOWED, Decision.BUSY]
        assert await rows.read(network.key) == [Counter(1, NOW + MANY.emission_interval)]
        await counters.refund((Reset(turn.key, if_resets_at=EPOCH),), now=NOW)
        assert (await counters.count((network, turn), now=NOW)).decision is Decision.BUSY
        await counters.refund((Reset(turn.key, if_resets_at=NOW + MINUTE),), now=NOW)
        assert (await counters.count((network, turn), now=NOW)).decision is Decision.ALLOWED

    async def test_purges_expired_counters_in_batches(
        self, counters: CounterRepository, rows: Rows, expired_rows: ExpiredRows
    ) -> None:
        long_ago = NOW - timedelta(days=5_000)  # before any other test's
        over, used_up, recent = [a_key() for _ in range(3)], a_key(), a_key()
        while await expired_rows.purge(Expired.COUNTERS, before=long_ago, limit=100):
            pass
        await rows.write(dict.fromkeys(over, Counter(3, long_ago)))
        await rows.write({used_up: Counter(100, LOCKED_FOREVER), recent: Counter(1, NOW)})
        soon = long_ago + timedelta(seconds=1)
        assert [await expired_rows.purge(Expired.COUNTERS, before=soon, limit=2) for _ in range(3)] == [
            2,
            1,
            0,
        ]
        stored = await rows.read(used_up, recent, *over)
        assert stored == [Counter(100, LOCKED_FOREVER), Counter(1, NOW), None, None, None]

    async def test_concurrent_changes_are_not_lost(self, counters: CounterRepository, rows: Rows) -> None:
        shared, *own = [Hit(a_key(), MANY, Scope.ACCOUNT) for _ in range(9)]
        orders = [order for hit in own for order in ((shared, hit), (hit, shared))] * 2
        await asyncio.gather(*(counters.count(order, now=NOW) for order in orders))
        keys = [hit.key for hit in (shared, *own)]
        assert [counter and counter.count for counter in await rows.read(*keys)] == [32, *[4] * 8]
        await asyncio.gather(
            *(
                counters.refund(tuple(Decrement(hit.key, MANY) for hit in order), now=NOW)
                for order in orders[: len(orders) // 2]
            )
        )
        assert [counter and counter.count for counter in await rows.read(*keys)] == [16, *[2] * 8]

    async def test_concurrent_attempts_do_not_exceed_the_limit(self, counters: CounterRepository) -> None:
        few = Hit(a_key(), RateLimit(3, MINUTE), Scope.ACCOUNT)
        networks = [Hit(a_key(), MANY, Scope.NETWORK) for _ in range(24)]
        outcomes = await asyncio.gather(*(counters.count((each, few), now=NOW) for each in networks))
        assert [outcome.decision for outcome in outcomes].count(Decision.ALLOWED) == 3

    @given(attempt=attempts(), after=st.timedeltas(-HOUR, HOUR))
    @MANY_EXAMPLES
    async def test_count_matches_the_domain(
        self,
        counters: CounterRepository,
        rows: Rows,
        attempt: list[tuple[Hit, Counter | None]],
        after: timedelta,
    ) -> None:
        now, hits = NOW + after, tuple(hit for hit, _ in attempt)
        found = [(counter or Counter()).or_new_if_expired(now) for _, counter in attempt]
        await rows.write({hit.key: counter for hit, counter in attempt if counter})
        counted = tuple(found)
        try:
            expected, counted = counting.count(hits, found, now)
        except TooManyRequests as refused:
            with pytest.raises(TooManyRequests) as refusal:
                await counters.count(hits, now=now)
            assert refusal.value.retry_after == refused.retry_after  # noqa: PT017  it is of the other one
        else:
            assert await counters.count(hits, now=now) == expected
        await self.expect(rows, now, {hit.key: counter for hit, counter in zip(hits, counted, strict=True)})

    @given(given_back=refunds(), after=st.timedeltas(-HOUR, HOUR))
    @MANY_EXAMPLES
    async def test_refund_matches_the_domain(
        self,
        counters: CounterRepository,
        rows: Rows,
        given_back: list[tuple[Refund, Counter]],
        after: timedelta,
    ) -> None:
        now, refunds = NOW + after, tuple(refund for refund, _ in given_back)
        await rows.write({refund.key: counter for refund, counter in given_back})
        found = {refund.key: counter.or_new_if_expired(now) for refund, counter in given_back}
        await counters.refund(refunds, now=now)
        await self.expect(rows, now, counting.refund(refunds, found, now))

    async def expect(self, rows: Rows, now: datetime, expected: Mapping[CounterKey, Counter]) -> None:
        """What has not changed may be stored as it was, and what is new may be missing."""
        stored = await rows.read(*expected)
        assert [(counter or Counter()).or_new_if_expired(now) for counter in stored] == [
            counter.or_new_if_expired(now) for counter in expected.values()
        ]

    async def test_count_moves_the_counter_of_an_older_key(
        self, counters: CounterRepository, rows: Rows
    ) -> None:
        """After a change of the secret key, an attempt continues the counter stored under the older key."""
        old, new, at = a_key(), a_key(), NOW + MINUTE / 2
        hit = Hit(new, RateLimit(2, MINUTE), Scope.ACCOUNT, (a_key(), old))
        await rows.write({old: Counter(1, at)})
        assert (await counters.count((hit,), now=NOW)).decision is Decision.ALLOWED
        assert await rows.read(old, new) == [None, Counter(2, NOW + MINUTE)]
        assert (await counters.count((hit,), now=NOW)).decision is Decision.LIMITED

    async def test_count_prefers_the_counter_of_the_current_key(
        self, counters: CounterRepository, rows: Rows
    ) -> None:
        old, new = a_key(), a_key()
        hit = Hit(new, RateLimit(9, MINUTE), Scope.ACCOUNT, (old,))
        await rows.write({old: Counter(7, NOW + MINUTE), new: Counter(1, NOW)})
        assert (await counters.count((hit,), now=NOW)).decision is Decision.ALLOWED
        (current,) = await rows.read(new)
        assert current
        assert current.count == 2

    async def test_concurrent_attempts_move_the_counter_of_an_older_key_once(
        self, counters: CounterRepository, rows: Rows
    ) -> None:
        old, hit = a_key(), Hit(a_key(), RateLimit(9, MINUTE), Scope.ACCOUNT)
        await rows.write({old: Counter(6, NOW + 6 * MINUTE / 9)})
        moving = replace(hit, older_keys=(old,))
        outcomes = await asyncio.gather(*(counters.count((moving,), now=NOW) for _ in range(8)))
        assert [outcome.decision for outcome in outcomes].count(Decision.ALLOWED) == 3
        assert (await rows.read(old)) == [None]

"""What an attempt counts, and how long a client of a limited network has to wait."""

from datetime import UTC, datetime, timedelta

import pytest

from fastauth.domain.rate_limits.backoff import Backoff
from fastauth.domain.rate_limits.counter import EPOCH, LOCKED_FOREVER, Counter, CounterKey
from fastauth.domain.rate_limits.counting import count, counted, refund
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.domain.rate_limits.hit import Decision, Hit, HitResult, Scope
from fastauth.domain.rate_limits.rate_limit import RateLimit
from fastauth.domain.rate_limits.refund import Decrement

NOW = datetime(2026, 11, 26, tzinfo=UTC)
SECOND = timedelta(seconds=1)
BACKOFF = Backoff(initial_delay=SECOND, max_delay=60 * SECOND, max_attempts=9)
LIMIT = RateLimit(2, 60 * SECOND)


class TestCount:
    def test_longest_wait_of_the_network_is_reported(self) -> None:
        """A backoff ends at its time; a rate limit when it has room for one more."""
        backoff = Hit(CounterKey(b"1"), BACKOFF, Scope.NETWORK)
        limit = Hit(CounterKey(b"2"), LIMIT, Scope.NETWORK)
        for waits, counters in {
            45: (Counter(7, NOW + 45 * SECOND), Counter(2, NOW + 60 * SECOND)),
            30: (Counter(7, NOW + 5 * SECOND), Counter(2, NOW + 60 * SECOND)),
        }.items():
            with pytest.raises(TooManyRequests) as limited:
                count([backoff, limit], list(counters), NOW)
            assert limited.value.retry_after == waits

    def test_allowed_attempt_is_counted_by_each_rule(self) -> None:
        hits = [Hit(CounterKey(b"1"), BACKOFF, Scope.ACCOUNT), Hit(CounterKey(b"2"), LIMIT, Scope.NETWORK)]
        _, after = count(hits, [Counter(0, EPOCH), Counter(0, EPOCH)], NOW)
        assert list(after) == [Counter(1, NOW + SECOND), Counter(1, NOW + 30 * SECOND)]

    def test_decision_on_what_a_database_has_computed(self) -> None:
        """It returns which rules had room for the attempt."""
        limit, backoff = (
            Hit(CounterKey(b"1"), LIMIT, Scope.NETWORK),
            Hit(CounterKey(b"2"), BACKOFF, Scope.ACCOUNT),
        )
        with pytest.raises(TooManyRequests) as limited:
            counted([limit], [Counter(2, NOW + 60 * SECOND)], [False], NOW)
        assert limited.value.retry_after == 30
        locked = counted([limit, backoff], [Counter(), Counter(9, LOCKED_FOREVER)], [True, False], NOW)
        assert locked == HitResult(Decision.LIMITED, is_locked=True)

    def test_each_hit_needs_its_counter(self) -> None:
        """A repository that found fewer counters than requested has a fault: nothing is decided."""
        hits = [Hit(CounterKey(b"1"), BACKOFF, Scope.ACCOUNT)]
        for decide in (
            lambda: count(hits, [], NOW),
            lambda: counted(hits, [], [], NOW),
            lambda: counted(hits, [Counter()], [], NOW),
        ):
            with pytest.raises(ValueError, match="shorter"):
                decide()


class TestRefund:
    def test_decrement_is_one_or_the_count_of_another_counter(self) -> None:
        own, other = CounterKey(b"own"), CounterKey(b"other")
        found = {own: Counter(7, NOW + SECOND), other: Counter(3, NOW)}
        for counted_under, left in {None: 6, other: 4}.items():
            after = refund([Decrement(own, BACKOFF, counted_under=counted_under)], found, NOW)
            assert after == {own: Counter(left, NOW)}, counted_under

"""The rules RateLimit and Backoff."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastauth.domain.rate_limits.backoff import Backoff
from fastauth.domain.rate_limits.counter import COUNTER_RETENTION, LOCKED_FOREVER, Counter
from fastauth.domain.rate_limits.limits import KNOWN_DEVICE_RETENTION
from fastauth.domain.rate_limits.rate_limit import CLOCK_SKEW, RateLimit

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
LATE = st.binary(min_size=60, max_size=60).map(lambda drawn: [30 * SECOND * each / 255 for each in drawn])
"""By how much each of 60 readings is late, at most 30 seconds. A float for each takes ten times as long."""
moments = st.timedeltas(min_value=timedelta(0), max_value=timedelta(minutes=3)).map(lambda t: NOW + t)


def let_through(rule: RateLimit | Backoff, readings: Iterable[datetime]) -> list[datetime]:
    """Return the readings of the clock at which an attempt was counted."""
    tally, counted = Counter(), []
    for now in readings:
        after = rule.hit(tally, now)
        if after:
            tally = after
            counted.append(now)
    return counted


class TestRateLimit:
    def test_burst_then_one_per_interval(self) -> None:
        budget, tally = RateLimit(3, MINUTE), Counter()
        for _ in range(3):
            after = budget.hit(tally, NOW)
            assert after
            tally = after
        assert budget.hit(tally, NOW) is None
        assert budget.retry_after(tally, NOW) == timedelta(seconds=20)
        assert budget.hit(tally, NOW + timedelta(seconds=19.9)) is None
        after = budget.hit(tally, NOW + timedelta(seconds=20))
        assert after
        assert budget.hit(after, NOW + timedelta(seconds=20)) is None

    @given(at=st.lists(moments).map(sorted), budget=st.builds(RateLimit, st.integers(1, 9), st.just(MINUTE)))
    def test_at_most_twice_the_limit_in_any_window(self, budget: RateLimit, at: list[datetime]) -> None:
        counted = let_through(budget, at)
        for first in counted:
            within = [moment for moment in counted if first <= moment < first + MINUTE]
            assert len(within) < 2 * budget.attempts

    @given(
        attempts=st.integers(1, 9),
        late=LATE,
        at_most=st.none() | st.integers(1, 9),
    )
    def test_unordered_clock_readings_do_not_refill(
        self, attempts: int, late: list[timedelta], at_most: int | None
    ) -> None:
        budget = RateLimit(attempts, MINUTE, max_consecutive=at_most)
        assert len(let_through(budget, (NOW - each for each in late))) <= attempts + attempts * 30 / 60

    @given(used=st.floats(0.001, 20), passed=st.floats(0, 0.999))
    def test_retry_after_is_exact(self, used: float, passed: float) -> None:
        budget, now = RateLimit(3, MINUTE), NOW + timedelta(seconds=used * passed)
        tally = Counter(3, NOW + timedelta(seconds=40 + used))
        assert budget.hit(tally, now) is None
        wait = budget.retry_after(tally, now)
        assert budget.hit(tally, now + wait)
        assert timedelta(0) < wait <= timedelta(seconds=20)

    @given(
        budget=st.builds(
            RateLimit,
            st.integers(1, 9),
            st.just(MINUTE),
            retention=st.sampled_from([SECOND * 0, KNOWN_DEVICE_RETENTION]),
        ),
        used=st.integers(0, 8),
    )
    def test_refund_undoes_a_hit(self, budget: RateLimit, used: int) -> None:
        tally = Counter()
        for _ in range(min(used, budget.attempts - 1)):
            tally = budget.hit(tally, NOW) or tally
        after = budget.hit(tally, NOW)
        assert after
        credited = budget.refund(after, NOW)
        assert credited.count == tally.count
        assert budget.hit(credited, NOW) == after
        assert budget.reset_after_success(after, NOW).count == 0
        assert replace(after, count=1) == budget.hit(budget.reset_after_success(after, NOW), NOW)

    def test_refund_of_a_new_counter_changes_nothing(self) -> None:
        assert RateLimit(3, MINUTE).refund(Counter(), NOW) == Counter()
        assert RateLimit(3, MINUTE).refund(Counter(3, NOW + MINUTE), NOW) == Counter(2, NOW + MINUTE * 2 / 3)

    @pytest.mark.parametrize("back", [timedelta(seconds=31), timedelta(hours=1), timedelta(days=400)])
    def test_recovers_if_the_clock_is_set_back(self, back: timedelta) -> None:
        budget = RateLimit(1, MINUTE)
        tally = budget.hit(Counter(), NOW)
        assert tally
        assert budget.hit(tally, NOW - back)

    def test_clocks_of_two_processes_may_differ_by_the_skew(self) -> None:
        budget = RateLimit(1, MINUTE)
        tally = budget.hit(Counter(), NOW)
        assert tally
        assert budget.hit(tally, NOW - CLOCK_SKEW) is None
        assert budget.hit(tally, NOW - CLOCK_SKEW - timedelta(microseconds=1))

    @pytest.mark.parametrize("kept", [timedelta(0), KNOWN_DEVICE_RETENTION])
    def test_locks_after_max_consecutive(self, kept: timedelta) -> None:
        budget = RateLimit(3, MINUTE, max_consecutive=2, retention=kept)
        one = budget.hit(Counter(), NOW)
        two = one and budget.hit(one, NOW)
        assert two == Counter(2, LOCKED_FOREVER)
        for days in (0, 1, 3_000):
            assert budget.hit(two.or_new_if_expired(NOW + timedelta(days=days)), NOW) is None
        assert budget.refund(two, NOW) == Counter(1, NOW + kept)
        assert budget.reset_after_success(two, NOW) == Counter(0, NOW)

    def test_refund_of_the_only_attempt_restores_all(self) -> None:
        """Also of a limit that keeps the count of consecutive attempts for longer."""
        budget = RateLimit(1, MINUTE, retention=SECOND)
        one = budget.hit(Counter(), NOW)
        assert one
        assert budget.refund(one, NOW) == Counter(0, NOW)
        assert budget.hit(budget.refund(one, NOW), NOW) == one

    def test_maximum_that_was_lowered_or_removed(self) -> None:
        """A counter that has reached it is locked, and one that was locked stays so."""
        budget = RateLimit(3, MINUTE, max_consecutive=2)
        locked = {count: budget.is_locked(Counter(count, NOW)) for count in (1, 2, 3)}
        assert locked == {1: False, 2: True, 3: True}
        assert budget.hit(Counter(2, NOW), NOW) is None
        assert replace(budget, max_consecutive=None).is_locked(Counter(2, LOCKED_FOREVER))
        assert not replace(budget, max_consecutive=None).is_locked(Counter(2, NOW))

    def test_consecutive_count_is_kept_longer_than_the_window(self) -> None:
        budget, tally = RateLimit(3, MINUTE, max_consecutive=8, retention=KNOWN_DEVICE_RETENTION), Counter()
        days = [day * COUNTER_RETENTION.days * 2 for day in range(20)]
        for day in days:
            now = NOW + timedelta(days=day)
            tally = budget.hit(tally.or_new_if_expired(now), now) or tally
        assert tally == Counter(8, LOCKED_FOREVER)


class TestBackoff:
    RULE = Backoff(SECOND, timedelta(minutes=15), max_attempts=100)

    def test_delay_doubles_up_to_maximum_then_locks(self) -> None:
        tally, now, waits = Counter(), NOW, []
        while (after := self.RULE.hit(tally, now)) and after.resets_at != LOCKED_FOREVER:
            assert self.RULE.hit(after, after.resets_at - timedelta(microseconds=1)) is None
            waits.append((after.resets_at - now).total_seconds())
            tally, now = after, after.resets_at
        assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, *[900] * 89]
        assert after
        assert after.count == 100
        assert self.RULE.hit(after, now + timedelta(days=3_000)) is None

    @given(late=LATE)
    def test_unordered_clock_readings_do_not_bypass(self, late: list[timedelta]) -> None:
        tally = Counter(20, NOW + self.RULE.max_delay)
        assert [each for each in late if self.RULE.hit(tally, NOW - each)] == []

    @pytest.mark.parametrize("back", [timedelta(minutes=16), timedelta(hours=1), timedelta(days=400)])
    def test_recovers_if_the_clock_is_set_back(self, back: timedelta) -> None:
        after = self.RULE.hit(Counter(99 - 1, NOW), NOW)
        assert after
        assert self.RULE.hit(after, NOW - back)

    def test_locked_counter_stays_locked_if_limit_is_raised(self) -> None:
        fewer = replace(self.RULE, max_attempts=50)
        closed = fewer.hit(Counter(49, NOW), NOW)
        assert closed
        assert self.RULE.hit(closed, NOW) is None

    def test_counter_at_a_limit_that_was_lowered_is_locked(self) -> None:
        locked = {count: self.RULE.is_locked(Counter(count, NOW)) for count in (99, 100, 101)}
        assert locked == {99: False, 100: True, 101: True}
        assert self.RULE.hit(Counter(100, NOW), NOW) is None

    def test_refund_is_bounded_by_count(self) -> None:
        assert self.RULE.refund(Counter(3, NOW), NOW, attempts=1) == Counter(2, NOW)
        assert self.RULE.refund(Counter(3, NOW), NOW, attempts=2) == Counter(1, NOW)
        assert self.RULE.refund(Counter(3, NOW), NOW, attempts=3) == Counter()
        assert self.RULE.refund(Counter(3, NOW), NOW, attempts=9) == Counter()

    def test_refund_ends_the_delay(self) -> None:
        after = self.RULE.hit(Counter(7, NOW), NOW)
        assert after
        assert self.RULE.hit(self.RULE.refund(after, NOW), NOW) == after

    def test_refund_unlocks(self) -> None:
        tally = self.RULE.refund(Counter(100, LOCKED_FOREVER), NOW, attempts=1)
        assert self.RULE.hit(tally, NOW)

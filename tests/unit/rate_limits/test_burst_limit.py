"""Burst limits at their edges."""

from datetime import UTC, datetime, timedelta

from fastauth.domain.rate_limits.burst_limit import BurstLimit

NOW = datetime(2026, 11, 26, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LIMIT = BurstLimit(burst=3, interval=MINUTE)


class TestBurstLimit:
    def test_allows_a_burst(self) -> None:
        arrival_time = None
        for number in (1, 2, 3):
            arrival_time = LIMIT.next_arrival_time(arrival_time, NOW)
            assert arrival_time == NOW + number * MINUTE
        assert LIMIT.next_arrival_time(arrival_time, NOW) is None
        assert LIMIT.retry_after(arrival_time, NOW) == MINUTE
        assert LIMIT.next_arrival_time(arrival_time, NOW + MINUTE) == NOW + 4 * MINUTE

    def test_arrival_time_beyond_two_bursts_is_ignored(self) -> None:
        """It comes from a clock that was set back."""
        latest = NOW + 6 * MINUTE
        assert LIMIT.reset_threshold(NOW) == latest
        assert LIMIT.next_arrival_time(latest, NOW) is None
        assert LIMIT.next_arrival_time(latest + timedelta(microseconds=1), NOW) == NOW + MINUTE

    def test_no_wait_for_what_is_allowed(self) -> None:
        assert LIMIT.retry_after(None, NOW) == timedelta(0)
        assert LIMIT.retry_after(NOW + 2 * MINUTE, NOW) == timedelta(0)

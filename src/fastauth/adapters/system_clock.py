"""The system clock."""

from datetime import UTC, datetime


class SystemClock:
    """See `fastauth.domain.clock.Clock`."""

    def now(self) -> datetime:
        """Return the time of the operating system."""
        return datetime.now(UTC)

"""The clock of this machine."""

from datetime import UTC, datetime


class SystemClock:
    """See `fastauth.domain.clock.Clock`."""

    def now(self) -> datetime:
        """Return what this machine takes for the time."""
        return datetime.now(UTC)

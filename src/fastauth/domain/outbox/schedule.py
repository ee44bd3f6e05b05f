"""When an entry is tried again."""

from datetime import timedelta

RETRY_DELAYS = (
    timedelta(seconds=10),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=24),
)
"""The delay after each failed attempt: about 31 hours in all. RFC 5321, section 4.5.4.1, recommends growing
delays for a queue of mail. Entries for which a day is too long have an end of their own."""

MAX_ATTEMPTS = len(RETRY_DELAYS) + 1

LEASE = timedelta(seconds=60)
"""How long a process may deliver an entry before another one may try: twice the deadline of a delivery."""


def retry_delay(attempts: int) -> timedelta | None:
    """Return the delay after the failed attempt of this number, from 1; ``None`` after the last one."""
    return RETRY_DELAYS[attempts - 1] if attempts < MAX_ATTEMPTS else None


def crash_delay(attempts: int, lease: timedelta) -> timedelta:
    """Return when an attempt whose process died is repeated, counted from its beginning.

    The delay grows as after a failure, so that an entry that kills its process does not do so each minute.
    """
    return max(lease, RETRY_DELAYS[min(attempts, len(RETRY_DELAYS)) - 1])

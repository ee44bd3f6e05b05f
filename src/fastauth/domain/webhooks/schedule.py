"""When a delivery is tried again, and how long a process may deliver."""

from datetime import timedelta

RETRY_DELAYS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""The delay after each failed attempt: about three days in all (Standard Webhooks, "Deliverability")."""

MAX_ATTEMPTS = len(RETRY_DELAYS) + 1
"""After as many failed attempts in a row a webhook is disabled."""

TIMEOUT_SECONDS = 10.0
"""How long a receiver may take to answer. Standard Webhooks recommends 15 to 30; the next event waits."""

SENDING_TIME = timedelta(seconds=30)
"""How long a process goes on sending to one webhook after it has claimed it."""

LEASE = timedelta(seconds=60)
"""When another process may claim a webhook whose process died: after any attempt of the first one."""


def retry_delay(failures: int) -> timedelta | None:
    """Return the delay after so many failed attempts in a row; ``None`` after the last one."""
    return RETRY_DELAYS[failures - 1] if failures < MAX_ATTEMPTS else None

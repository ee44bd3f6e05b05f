"""How long events stay in the feed."""

from datetime import timedelta

from fastauth.domain.audit.trail import Retention

MAX_AGE = timedelta(days=30)
"""A reader that was away for longer loads the accounts again, which takes it less time."""

_MARGIN = timedelta(minutes=5)
"""Numbers follow the commits, and events are deleted by their time. The two orders differ by the length of a
transaction and the clocks of servers, together less than this."""


def feed_retention(retention: Retention) -> timedelta:
    """Return how long events stay in the feed: up to a little before the audit trail deletes them."""
    return min(MAX_AGE, max(retention.events - _MARGIN, timedelta()))

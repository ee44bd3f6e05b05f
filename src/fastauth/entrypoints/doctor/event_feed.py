"""Check of the event feed: whether events are numbered soon after they happen."""

from datetime import timedelta

from fastauth.entrypoints.container import Container
from fastauth.entrypoints.doctor.finding import Finding, ok, warn

MAX_LAG = timedelta(seconds=60)
"""A running service numbers events four times a second."""


async def event_feed(container: Container) -> list[Finding]:
    """Check how long the oldest event without a number has waited for it."""
    lag = await container.measure_feed_lag()()
    if lag > MAX_LAG:
        observed = f"an event has waited for its number for {lag.total_seconds():.0f} s"
        return [warn("event feed", observed, remedy="a running service; its log")]
    return [ok("event feed", "no event waits for its number" if not lag else "up to date")]

"""Check that accounts are erased when it was promised."""

from datetime import timedelta

from fastauth.entrypoints.container import Container
from fastauth.entrypoints.doctor.finding import Finding, ok, warn

MAX_DELAY = timedelta(hours=1)
"""A running service erases due accounts about once a minute."""

_HOUR = timedelta(hours=1)


async def erasures(container: Container) -> list[Finding]:
    """Check how long the oldest erasure that is due has been due."""
    overdue = await container.measure_overdue_erasures()()
    if overdue > MAX_DELAY:
        hours = overdue // _HOUR
        observed = f"an account should have been erased {hours} hour{'s' * (hours > 1)} ago"
        return [warn("erasures", observed, remedy="a running service; its log")]
    return [ok("erasures", "none is overdue")]

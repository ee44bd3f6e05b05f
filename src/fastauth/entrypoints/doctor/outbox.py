"""Check of the outbox: whether entries are delivered when they are due."""

from datetime import timedelta

from fastauth.entrypoints.container import Container
from fastauth.entrypoints.doctor.finding import Finding, ok, warn

MAX_OVERDUE = timedelta(seconds=60)
"""A running service looks every five seconds. The entries of a process that died are due again after this."""


async def outbox(container: Container) -> list[Finding]:
    """Check how long the oldest entry that is due has been due."""
    backlog = await container.measure_backlog()()
    observed = f"{backlog.waiting} waiting"
    if backlog.overdue > MAX_OVERDUE:
        overdue = f"{backlog.overdue.total_seconds():.0f} s"
        remedy = "the log of the service; fastauth outbox list"
        return [warn("outbox", f"{observed}, the oldest due for {overdue}", remedy=remedy)]
    return [ok("outbox", observed)]

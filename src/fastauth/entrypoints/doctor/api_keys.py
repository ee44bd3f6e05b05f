"""Check that API keys are used: an attacker who finds a forgotten one can use it until it expires."""

from datetime import timedelta

from fastauth.entrypoints.container import Container
from fastauth.entrypoints.doctor.finding import MAX_SHOWN, Finding, first_few, ok, warn

UNUSED_AFTER = timedelta(days=90)


async def api_keys(container: Container) -> list[Finding]:
    """List valid keys that are not used. A key without an end cannot be made: each ends within a year."""
    now = container.clock().now()
    unused = await container.api_keys().unused(since=now - UNUSED_AFTER, now=now, limit=MAX_SHOWN + 1)
    if unused:
        names = first_few([each.id for each in unused])
        return [warn("api keys", f"not used for 90 days: {names}", remedy="fastauth api-keys revoke ID")]
    return [ok("api keys", "each was used in the last 90 days, or is new")]

"""Check that secrets of clients are rotated, and that clients are used."""

from datetime import timedelta

from fastauth.entrypoints.container import Container
from fastauth.entrypoints.doctor.finding import Finding, first_few, ok, warn

ROTATE_AFTER = timedelta(days=365)
"""Age of the newest secret: a person who has left the team within a year may have an older one."""

UNUSED_AFTER = timedelta(days=90)


async def clients(container: Container) -> list[Finding]:
    """List enabled clients with an old secret, and unused ones."""
    now = container.clock().now()
    enabled = [each for each in await container.clients().load() if each.client.disabled_at is None]
    old = [each.client.name for each in enabled if now - each.secrets[0].created_at > ROTATE_AFTER]
    unused = [
        each.client.name
        for each in enabled
        if now - (each.client.last_used_at or each.client.created_at) > UNUSED_AFTER
    ]
    findings = []
    if old:
        remedy = "fastauth clients rotate-secret NAME"
        findings.append(warn("clients", f"the secret is older than a year: {first_few(old)}", remedy=remedy))
    if unused:
        remedy = "fastauth clients disable NAME"
        findings.append(warn("clients", f"not used for 90 days: {first_few(unused)}", remedy=remedy))
    return findings or [ok("clients", f"{len(enabled)} enabled, with a secret of this year each")]

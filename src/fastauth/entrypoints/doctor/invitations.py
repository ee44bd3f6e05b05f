"""Check that open invitations can be accepted, and that expired ones are deleted."""

from datetime import timedelta

from fastauth.domain.accounts.registration_mode import RegistrationMode
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.doctor.finding import Finding, ok, warn

PURGED_AFTER = timedelta(days=2)
"""A running service deletes an invitation a day after it has expired."""

MAX_COUNTED = 1_000
_ALL = timedelta(days=10_000)


async def invitations(container: Container) -> list[Finding]:
    """Count open invitations, and those that have expired and are still stored."""
    now, mode = container.clock().now(), container.settings().registration
    stored = await container.invitations().page(after=None, now=now - _ALL, limit=MAX_COUNTED)
    opened = [each for each in stored if each.expires_at > now]
    left = [each for each in stored if each.expires_at < now - PURGED_AFTER]
    findings = []
    if left:
        observed = f"{len(left)} expired more than two days ago and are still stored"
        findings.append(warn("invitations", observed, remedy="a running service; its log"))
    if opened and mode is RegistrationMode.OFF:
        observed = f"{len(opened)} open, but registration is off: they create no account"
        findings.append(warn("invitations", observed, remedy="FASTAUTH_REGISTRATION=invited"))
    return findings or [ok("invitations", f"{len(opened)} open; registration is {mode}")]

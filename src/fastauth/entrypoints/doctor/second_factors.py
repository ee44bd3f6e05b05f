"""Check that whoever may administer the service has a second factor."""

from fastauth.domain.sessions.second_factor_policy import SecondFactorPolicy
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.doctor.finding import Finding, ok, warn
from fastauth.entrypoints.text import escape_control_characters

MAX_SHOWN = 5


async def second_factors(container: Container) -> list[Finding]:
    """List accounts with a permission of the service that log in by a password alone."""
    found = await container.roles().without_second_factor(limit=MAX_SHOWN + 1)
    if not found:
        return [ok("second factors", "every account with a permission of the service has one")]
    names = ", ".join(map(escape_control_characters, found[:MAX_SHOWN]))
    missing = f"none for accounts with a permission of the service: {names}"
    missing += " and more" * (len(found) > MAX_SHOWN)
    if container.settings().second_factor is SecondFactorPolicy.OPTIONAL:
        return [warn("second factors", missing, remedy="FASTAUTH_SECOND_FACTOR=roles")]
    observed = f"{missing}; their access tokens lack it"
    return [warn("second factors", observed, remedy="let them add one")]

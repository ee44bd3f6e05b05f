"""Check that each account that may administer the service has a second factor."""

from fastauth.domain.sessions.second_factor_policy import SecondFactorPolicy
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.doctor.finding import MAX_SHOWN, Finding, first_few, ok, warn
from fastauth.entrypoints.text import escape_control_characters


async def second_factors(container: Container) -> list[Finding]:
    """List accounts with a permission of the service that log in by a password alone."""
    found = await container.roles().without_second_factor(limit=MAX_SHOWN + 1)
    if not found:
        return [ok("second factors", "every account with a permission of the service has one")]
    names = first_few([escape_control_characters(each) for each in found])
    missing = f"none for accounts with a permission of the service: {names}"
    if container.settings().second_factor is SecondFactorPolicy.OPTIONAL:
        return [warn("second factors", missing, remedy="FASTAUTH_SECOND_FACTOR=roles")]
    observed = f"{missing}; their access tokens lack it"
    return [warn("second factors", observed, remedy="let them add one")]

"""An executable review of a deployment: small checks, each of which says what it found."""

from collections.abc import Awaitable, Callable

from fastauth.domain.errors import Unavailable
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.doctor.database import clock, database, database_server
from fastauth.entrypoints.doctor.finding import Finding as Finding
from fastauth.entrypoints.doctor.finding import Level as Level
from fastauth.entrypoints.doctor.finding import exit_status as exit_status
from fastauth.entrypoints.doctor.finding import warn
from fastauth.entrypoints.doctor.finding import worst as worst
from fastauth.entrypoints.doctor.hashing import hash_library, hashing
from fastauth.entrypoints.doctor.keys import signing_keys
from fastauth.entrypoints.doctor.passwords import password_policy
from fastauth.entrypoints.doctor.settings import mode, production_rules
from fastauth.entrypoints.doctor.stored_hashes import stored_hashes
from fastauth.entrypoints.doctor.user_enumeration import user_enumeration

Check = Callable[[Container], Awaitable[list[Finding]]]

CHECKS: tuple[Check, ...] = (
    mode,
    production_rules,
    database,
    database_server,
    clock,
    signing_keys,
    hash_library,
    hashing,
    stored_hashes,
    password_policy,
    user_enumeration,
)
"""In the order in which they are shown. They change no row and no setting."""


async def run_checks(container: Container, checks: tuple[Check, ...] = CHECKS) -> list[Finding]:
    """Run every check. What one of them cannot look at is a finding as well."""
    findings: list[Finding] = []
    for check in checks:
        try:
            findings += await check(container)
        except Unavailable as error:
            reason = error.code.replace("_", " ")
            findings.append(warn(subject_of(check), f"could not be looked at: {reason}"))
    return findings


def subject_of(check: Check) -> str:
    """Return what a check looks at, by its name."""
    return getattr(check, "__name__", "").replace("_", " ")

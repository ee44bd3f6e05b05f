"""Checks of a deployment. They take the container: each needs other parts of it."""

from collections.abc import Awaitable, Callable

from fastauth.domain.errors import Unavailable
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.doctor.administrators import administrators
from fastauth.entrypoints.doctor.api_keys import api_keys
from fastauth.entrypoints.doctor.clients import clients
from fastauth.entrypoints.doctor.database import clock, database, database_server
from fastauth.entrypoints.doctor.erasures import erasures
from fastauth.entrypoints.doctor.event_feed import event_feed
from fastauth.entrypoints.doctor.finding import Finding as Finding
from fastauth.entrypoints.doctor.finding import Level as Level
from fastauth.entrypoints.doctor.finding import exit_status as exit_status
from fastauth.entrypoints.doctor.finding import warn
from fastauth.entrypoints.doctor.finding import worst as worst
from fastauth.entrypoints.doctor.hashing import hash_library, hashing
from fastauth.entrypoints.doctor.invitations import invitations
from fastauth.entrypoints.doctor.mail import mail
from fastauth.entrypoints.doctor.mail import mail_connection as mail_connection
from fastauth.entrypoints.doctor.outbox import outbox
from fastauth.entrypoints.doctor.passwords import password_policy
from fastauth.entrypoints.doctor.second_factors import second_factors
from fastauth.entrypoints.doctor.settings import mode, production_rules
from fastauth.entrypoints.doctor.signing_keys import signing_keys
from fastauth.entrypoints.doctor.stored_hashes import stored_hashes
from fastauth.entrypoints.doctor.user_enumeration import user_enumeration
from fastauth.entrypoints.doctor.usernames import usernames
from fastauth.entrypoints.doctor.webhooks import webhooks

Check = Callable[[Container], Awaitable[list[Finding]]]

CHECKS: tuple[Check, ...] = (
    mode,
    production_rules,
    database,
    database_server,
    clock,
    signing_keys,
    outbox,
    webhooks,
    event_feed,
    mail,
    hash_library,
    hashing,
    stored_hashes,
    password_policy,
    usernames,
    administrators,
    second_factors,
    clients,
    api_keys,
    invitations,
    erasures,
    user_enumeration,
)
"""In the order of the output. No check writes to the database or changes a setting."""


async def run_checks(container: Container, checks: tuple[Check, ...] = CHECKS) -> list[Finding]:
    """Run all checks. A check that fails because something is unavailable becomes a warning."""
    findings: list[Finding] = []
    for check in checks:
        try:
            findings += await check(container)
        except Unavailable as error:
            reason = error.code.replace("_", " ")
            findings.append(warn(subject_of(check), f"could not be checked: {reason}"))
    return findings


def subject_of(check: Check) -> str:
    """Return the subject of a check, which is its name in words."""
    return getattr(check, "__name__", "").replace("_", " ")

"""The database: whether it answers, what schema it has, and what time it thinks it is."""

from datetime import timedelta

from fastauth.adapters.sql import SchemaOutdated
from fastauth.domain.errors import StorageUnavailable
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.doctor.finding import Finding, fail, ok, warn
from fastauth.entrypoints.production.server import SERVER_RULES

WARN_SKEW = timedelta(seconds=1)
"""More than NTP leaves between two machines that it keeps."""

FAIL_SKEW = timedelta(seconds=5)
"""Twice this is what the schedule of the signing keys has room for; see ADR 0014."""


async def database(container: Container) -> list[Finding]:
    """Say whether it answers, and whether a migration is pending."""
    answers = ok("database", "answers")
    try:
        await container.database().check()
    except SchemaOutdated:
        return [answers, fail("schema", "behind: migrations are pending", remedy="fastauth migrate")]
    except StorageUnavailable as away:
        return [fail("database", f"not fit for use: {away.reason}", remedy="FASTAUTH_DATABASE_URL")]
    return [answers, ok("schema", "no migration is pending")]


async def database_server(container: Container) -> list[Finding]:
    """Ask PostgreSQL what it grants the role and promises about commits."""
    server, settings = await container.database().server(), container.settings()
    if server is None:
        return []
    findings = []
    for rule in SERVER_RULES:
        if warning := rule.warning(settings, server):
            found = fail if rule.fails else warn
            findings.append(found(rule.subject, warning, remedy=rule.remedy))
        else:
            findings.append(ok(rule.subject, rule.ok(settings, server)))
    return findings


async def clock(container: Container) -> list[Finding]:
    """Compare this clock with the database's, which stands for those of all replicas."""
    here = container.clock()
    before = here.now()
    theirs = await container.database().now()
    half = (here.now() - before) / 2
    ahead = before + half - theirs
    direction = "ahead of" if ahead > timedelta() else "behind"
    observed = (
        f"{abs(ahead).total_seconds():.3f} s {direction} the database's,"
        f" give or take {half.total_seconds():.3f} s"
    )
    certain = abs(ahead) - half
    if certain > FAIL_SKEW:
        return [fail("clock", observed, remedy="NTP, here and on the database's machine")]
    if certain > WARN_SKEW:
        return [warn("clock", observed, remedy="NTP, here and on the database's machine")]
    return [ok("clock", observed)]

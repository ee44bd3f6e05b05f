"""Checks of the database: connection, schema, server settings and clock."""

from datetime import timedelta

from fastauth.adapters.sql import SchemaOutdated
from fastauth.domain.errors import StorageUnavailable
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.doctor.finding import Finding, fail, ok, warn
from fastauth.entrypoints.production.server import SERVER_RULES

WARN_SKEW = timedelta(seconds=1)
"""More than two machines with NTP differ."""

FAIL_SKEW = timedelta(seconds=5)
"""The rotation policy of the signing keys tolerates twice this; see ADR 0014."""


async def database(container: Container) -> list[Finding]:
    """Check the connection, and whether a migration is pending."""
    connected = ok("database", "connected")
    try:
        await container.database().check()
    except SchemaOutdated:
        return [connected, fail("schema", "outdated: migrations are pending", remedy="fastauth migrate")]
    except StorageUnavailable as away:
        return [fail("database", f"cannot be used: {away.reason}", remedy="FASTAUTH_DATABASE_URL")]
    return [connected, ok("schema", "no migration is pending")]


async def database_server(container: Container) -> list[Finding]:
    """Check the privileges, connections and replication of PostgreSQL."""
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
    """Compare the local clock with the database's. All replicas are compared with the same database."""
    local = container.clock()
    before = local.now()
    remote = await container.database().now()
    uncertainty = (local.now() - before) / 2
    skew = before + uncertainty - remote
    direction = "ahead of" if skew > timedelta() else "behind"
    observed = (
        f"{abs(skew).total_seconds():.3f} s {direction} the database's,"
        f" +/- {uncertainty.total_seconds():.3f} s"
    )
    certain = abs(skew) - uncertainty
    if certain > FAIL_SKEW:
        return [fail("clock", observed, remedy="NTP on this machine and on the database's")]
    if certain > WARN_SKEW:
        return [warn("clock", observed, remedy="NTP on this machine and on the database's")]
    return [ok("clock", observed)]

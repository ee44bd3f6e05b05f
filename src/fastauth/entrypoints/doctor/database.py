"""The database: whether it answers, what schema it has, and what time it thinks it is."""

from datetime import timedelta

from fastauth.adapters.sql import SchemaBehind
from fastauth.domain.errors import StorageUnavailable
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.doctor.finding import Finding, fail, ok, warn

NOTABLE = timedelta(seconds=1)
"""More than NTP leaves between two machines that it keeps."""

BESIDE_THE_POOL = 2
"""Connections of a worker: one for probes, and one for what is counted once a minute."""

HARMFUL = timedelta(seconds=5)
"""Twice this is what the schedule of the signing keys has room for; see ADR 0014."""


async def database(container: Container) -> list[Finding]:
    """Say whether it answers, and whether a migration is pending."""
    answers = ok("database", "answers")
    try:
        await container.database().check()
    except SchemaBehind:
        return [answers, fail("schema", "behind: migrations are pending", mends="fastauth migrate")]
    except StorageUnavailable as away:
        return [fail("database", f"not fit for use: {away.reason}", mends="FASTAUTH_DATABASE_URL")]
    return [answers, ok("schema", "no migration is pending")]


async def database_server(container: Container) -> list[Finding]:
    """Hold the connections that the service may open against the server's, and look at its replicas."""
    capacity = await container.database().capacity()
    if capacity is None:
        return []
    settings = container.settings()
    wanted = settings.workers * (settings.database_pool_size + BESIDE_THE_POOL)
    replicas = capacity.connections // wanted
    seen = f"up to {wanted} here; the server has {capacity.connections}, enough for {replicas} such services"
    mends = "FASTAUTH_DATABASE_POOL_SIZE, FASTAUTH_WORKERS; max_connections, CONNECTION LIMIT"
    findings = [ok("connections", seen) if replicas else fail("connections", seen, mends=mends)]
    if capacity.replicas and not capacity.waits_for_replicas:
        seen = f"{capacity.replicas} standbys, and no commit waits for one: a failover loses commits"
        findings.append(warn("replication", seen, mends="synchronous_standby_names"))
    return findings


async def clock(container: Container) -> list[Finding]:
    """Compare this clock with the database's, which stands for those of all replicas."""
    here = container.clock()
    before = here.now()
    theirs = await container.database().now()
    half = (here.now() - before) / 2
    ahead = before + half - theirs
    direction = "ahead of" if ahead > timedelta() else "behind"
    seen = (
        f"{abs(ahead).total_seconds():.3f} s {direction} the database's,"
        f" give or take {half.total_seconds():.3f} s"
    )
    certain = abs(ahead) - half
    if certain > HARMFUL:
        return [fail("clock", seen, mends="NTP, here and on the database's machine")]
    if certain > NOTABLE:
        return [warn("clock", seen, mends="NTP, here and on the database's machine")]
    return [ok("clock", seen)]

"""Rules about the PostgreSQL server. They query the server, and only warn."""

from collections.abc import Callable
from dataclasses import dataclass

from fastauth.adapters.sql import ServerState
from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.text import plural

ServerCheck = Callable[[Settings, ServerState], str | None]
"""Returns a warning of one line without secrets, or ``None``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerRule:
    """A requirement of the server. `warned_if` is for the documentation."""

    subject: str
    remedy: str
    """The setting to change, or another measure."""
    warned_if: str
    warning: ServerCheck
    ok: Callable[[Settings, ServerState], str]
    """Returns the finding of the doctor if the rule is satisfied."""
    fails: bool = False
    """Whether the doctor reports a failure instead of a warning."""


BESIDE_THE_POOL = 2
"""Connections of a worker besides its pool: one for readiness probes, one for the session count."""


def connections_of(settings: Settings) -> int:
    """Return the maximum number of connections that the service opens."""
    return settings.workers * (settings.database_pool_size + BESIDE_THE_POOL)


def _privileges(_settings: Settings, server: ServerState) -> str | None:
    if not server.attributes:
        return None
    return f"the role has {', '.join(server.attributes)}: more privileges than its own tables need"


def _connections(settings: Settings, server: ServerState) -> str | None:
    needed = connections_of(settings)
    if server.pooled or needed <= server.connections:
        return None
    return f"the service opens up to {needed}, and the server allows this role {server.connections}"


def _connections_left(settings: Settings, server: ServerState) -> str:
    needed = connections_of(settings)
    if server.pooled:
        return f"up to {needed}, to a pooler with limits of its own"
    return f"up to {needed} of {server.connections}: enough for {server.connections // needed} such services"


def _replication(_settings: Settings, server: ServerState) -> str | None:
    if not server.standbys or server.synchronous:
        return None
    return (
        f"{plural(server.standbys, 'standby server')}, and commits do not wait for any:"
        " a failover loses the latest acknowledged commits and assigns their ids again"
    )


def _replication_kept(_settings: Settings, server: ServerState) -> str:
    if not server.standbys:
        return "no standby server is connected"
    return f"{server.standbys} connected, commits wait for a standby server"


def _pooler(settings: Settings, server: ServerState) -> str | None:
    if not server.pooled or not settings.database_prepared_statements:
        return None
    return "a pooler, with FASTAUTH_DATABASE_PREPARED_STATEMENTS on: PgBouncer supports them from 1.21"


SERVER_RULES = (
    ServerRule(
        subject="database privileges",
        remedy="a role of its own; deploy/postgres/roles.sql",
        warned_if="a role with SUPERUSER, CREATEROLE, REPLICATION or BYPASSRLS, whatever its name",
        warning=_privileges,
        ok=lambda _settings, _server: "none beyond those on its tables",
    ),
    ServerRule(
        subject="database connections",
        remedy="FASTAUTH_WORKERS, FASTAUTH_DATABASE_POOL_SIZE or max_connections",
        warned_if="fewer for this role than the workers open: each `FASTAUTH_DATABASE_POOL_SIZE` and 2",
        warning=_connections,
        ok=_connections_left,
        fails=True,
    ),
    ServerRule(
        subject="replication",
        remedy="synchronous_standby_names, synchronous_commit",
        warned_if="standby servers, none of which a commit waits for",
        warning=_replication,
        ok=_replication_kept,
    ),
    ServerRule(
        subject="pooler",
        remedy="FASTAUTH_DATABASE_PREPARED_STATEMENTS",
        warned_if="prepared statements through a pooler, which PgBouncer supports from 1.21",
        warning=_pooler,
        ok=lambda _settings, server: "one, and no prepared statements" if server.pooled else "none",
    ),
)
"""In the order of the output."""


def server_warnings(settings: Settings, server: ServerState) -> list[str]:
    """Return all warnings about the server, each with its subject and remedy."""
    found = ((rule, rule.warning(settings, server)) for rule in SERVER_RULES)
    return [f"{rule.subject}: {warning}; see {rule.remedy}" for rule, warning in found if warning]

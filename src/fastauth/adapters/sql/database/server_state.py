"""State of a PostgreSQL server that the checks of production settings and the doctor evaluate."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, text

_ATTRIBUTES = ("SUPERUSER", "CREATEROLE", "REPLICATION", "BYPASSRLS")
"""Attributes of a role that grant more than access to the tables of this service."""

STATE = text(
    """
    SELECT role.rolsuper, role.rolcreaterole, role.rolreplication, role.rolbypassrls,
        least(
            current_setting('max_connections')::int
                - current_setting('superuser_reserved_connections')::int
                - coalesce(current_setting('reserved_connections', true)::int, 0),
            nullif(role.rolconnlimit, -1),
            nullif(base.datconnlimit, -1)
        ) AS connections,
        (SELECT count(*) FROM pg_stat_replication) AS standbys,
        current_setting('synchronous_standby_names') <> ''
            AND current_setting('synchronous_commit') <> 'local' AS synchronous
    FROM pg_roles AS role, pg_database AS base
    WHERE role.rolname = session_user AND base.datname = current_database()
    """
)
"""Returns one row that every role may read; any role sees the number of rows in `pg_stat_replication`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerState:
    """Properties of the server, of the role, and of the connection between."""

    attributes: tuple[str, ...]
    """Those of SUPERUSER, CREATEROLE, REPLICATION and BYPASSRLS that the role has."""
    connections: int
    """Most connections that the role may open: the lowest limit of server, database and role."""
    standbys: int
    """Number of replicas that are connected."""
    synchronous: bool
    """Whether a commit waits for a standby (synchronous replication)."""
    pooled: bool
    """Whether a pooler such as PgBouncer is in between; then its limits apply instead."""


def state_of(row: Row[Any], *, pooled: bool) -> ServerState:
    """Return the state that a row of `STATE` describes."""
    return ServerState(
        attributes=tuple(name for name, given in zip(_ATTRIBUTES, row, strict=False) if given),
        connections=row.connections,
        standbys=row.standbys,
        synchronous=row.synchronous,
        pooled=pooled,
    )

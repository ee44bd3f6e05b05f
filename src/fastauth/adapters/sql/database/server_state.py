"""What a PostgreSQL server grants the role and promises about commits, for the operator's review."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, text

_ATTRIBUTES = ("SUPERUSER", "CREATEROLE", "REPLICATION", "BYPASSRLS")
"""Attributes of a role, each of which reaches further than the tables of this service."""

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
"""One row, which every role may read. Of `pg_stat_replication` each sees at least how many rows there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerState:
    """What the server says of itself and of the role, and what was seen on the way there."""

    attributes: tuple[str, ...]
    """What the role may do beyond reading and writing tables."""
    connections: int
    """Connections that the role may have by the limits of the server, the database and the role."""
    standbys: int
    """Replicas that the server streams to."""
    synchronous: bool
    """Whether a commit waits for a standby before it is acknowledged."""
    pooled: bool
    """Whether there is a pooler in between, such as PgBouncer, whose limits count instead."""


def state_of(row: Row[Any], *, pooled: bool) -> ServerState:
    """Return what a row of `STATE` says."""
    return ServerState(
        attributes=tuple(name for name, given in zip(_ATTRIBUTES, row, strict=False) if given),
        connections=row.connections,
        standbys=row.standbys,
        synchronous=row.synchronous,
        pooled=pooled,
    )

"""Connections to PostgreSQL: their arguments, and when the pool replaces them."""

import math
import time
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from fastauth.adapters.sql.database.errors import (
    INSUFFICIENT_PRIVILEGE,
    LOST_PREPARED,
    READ_ONLY,
    missing_privileges,
)
from fastauth.adapters.sql.database.postgres_connection import AbortOnCancelConnection
from fastauth.adapters.sql.database.postgres_connector import PostgresConnector
from fastauth.adapters.sql.database.sqlalchemy_internals import ping

PING_AFTER_IDLE = 0.1
"""Seconds of idle time after which a pooled connection is pinged before use.

A ping costs a round trip (70 to 95 µs). Under load no connection is idle for so long."""

MAX_IDLE_SECONDS = 10.0
"""Seconds of idle time after which a pooled connection is replaced without a ping.

A primary that froze and was replaced may still answer until it detects its successor. Ten seconds are
half of Patroni's smallest ``ttl``."""

MAX_CONNECTION_SECONDS = 300
"""Age in seconds after which a pooled connection is replaced, so that changes of DNS take effect."""

ARGUMENTS: dict[str, Any] = {
    "connect_timeout": 10,  # seconds for each server; the deadlines of requests and probes are shorter
    "tcp_user_timeout": 5_000,  # milliseconds without acknowledgement; then the kernel closes
    "keepalives_idle": 5,  # seconds of silence until keep-alive probes; three take 6 s
    "keepalives_interval": 2,
    "keepalives_count": 3,
}


def configure_engine(engine: Engine, connector: PostgresConnector) -> None:
    """Replace stale connections of this engine, and those on which certain errors occur."""
    _ping_stale_connections(engine)

    def handle_error(context: ExceptionContext) -> None:
        """Close connections to a read-only server, and sessions that a pooler has exchanged.

        A standby answers every ping. Without this a connection to a demoted primary would stay in the
        pool, and every write on it would fail.
        """
        error = context.original_exception
        code = getattr(error, "sqlstate", None)
        if code in LOST_PREPARED:
            connector.disable_prepared_statements()
        if code in {READ_ONLY, *LOST_PREPARED}:
            context.is_disconnect = True
        if code == INSUFFICIENT_PRIVILEGE and context.connection is not None:
            driver = context.connection.connection.driver_connection
            if isinstance(driver, AbortOnCancelConnection):
                error.reason = missing_privileges(role=driver.info.user, schema=driver.schema)  # type: ignore[attr-defined]  # read by errors.py

    event.listen(engine, "handle_error", handle_error)


def _ping_stale_connections(engine: Engine) -> None:
    """Ping connections that were idle, and replace those that are too old or do not answer."""

    def note_checkin(_connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
        record.info["idle_since"] = time.monotonic()

    def check(
        connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: PoolProxiedConnection
    ) -> None:
        idle = time.monotonic() - record.info.get("idle_since", math.inf)
        if idle < PING_AFTER_IDLE:
            return
        if idle > MAX_IDLE_SECONDS:
            raise DisconnectionError
        ping(engine, connection)

    event.listen(engine, "checkin", note_checkin)
    event.listen(engine, "checkout", check)

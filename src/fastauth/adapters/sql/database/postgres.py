"""Connections to Postgres: what they are made with, and when they are replaced."""

import math
import time
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from fastauth.adapters.sql.database.errors import INSUFFICIENT_PRIVILEGE, LOST_PREPARED, READ_ONLY, grants
from fastauth.adapters.sql.database.postgres_connection import AbortOnCancelConnection
from fastauth.adapters.sql.database.postgres_connector import PostgresConnector

PING_AFTER_IDLE = 0.1
"""Seconds a pooled connection may rest before it has to prove that it still lives.

A check costs a round trip (70 to 95 µs); under load no connection rests for so long."""

MAX_IDLE_SECONDS = 10.0
"""Seconds of rest after which a connection is replaced without being asked.

A primary that froze and was replaced may still answer, until it learns that it was. Half of Patroni's
least ``ttl``."""

MAX_CONNECTION_SECONDS = 300
"""Seconds after which a pooled connection is replaced, so that a name that leads elsewhere is followed."""

ARGUMENTS: dict[str, Any] = {
    "connect_timeout": 10,  # seconds for each server; requests and probes have shorter deadlines
    "tcp_user_timeout": 5_000,  # milliseconds until a peer that does not answer counts as gone
    "keepalives_idle": 5,  # seconds of silence; then a peer that is gone is found out in 6 more
    "keepalives_interval": 2,
    "keepalives_count": 3,
}

_NO_LIMITS = "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0"


async def disable_timeouts(transaction: AsyncConnection) -> None:
    """Let this transaction take as long as it likes."""
    if transaction.dialect.name == "postgresql":
        await transaction.exec_driver_sql(_NO_LIMITS)


def configure_engine(engine: Engine, connector: PostgresConnector) -> None:
    """Have the connections of this engine be replaced in time, and errors that end one be seen."""
    _ping_stale_connections(engine)

    def judge(context: ExceptionContext) -> None:
        """Part with a server that became read-only, and with sessions that a pooler mixed up.

        A standby answers every check. So a connection to a primary that was demoted would be kept for
        ever, and each write on it refused.
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
                error.reason = grants(role=driver.info.user, schema=driver.schema)  # type: ignore[attr-defined]  # read by failures.py

    event.listen(engine, "handle_error", judge)


def _ping_stale_connections(engine: Engine) -> None:
    """Replace connections that died while they rested, so that no request has to find out."""

    def note_checkin(_connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
        record.info["resting_since"] = time.monotonic()

    def check(
        connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: PoolProxiedConnection
    ) -> None:
        rest = time.monotonic() - record.info.get("resting_since", math.inf)
        if rest < PING_AFTER_IDLE:
            return
        if rest > MAX_IDLE_SECONDS:
            raise DisconnectionError
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError from error

    event.listen(engine, "checkin", note_checkin)
    event.listen(engine, "checkout", check)

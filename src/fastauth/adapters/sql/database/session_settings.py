"""What this code relies on in a session of Postgres, whatever its defaults are."""

from fastauth.adapters.sql.database.connect_errors import ConnectionFailed
from fastauth.adapters.sql.database.postgres_connection import AbortOnCancelConnection

STATEMENT_SECONDS = 2
"""Seconds after which Postgres ends a statement."""

IDLE_SECONDS = 5
"""Seconds after which Postgres ends a transaction that nobody goes on with."""

_SETTINGS = {
    "client_encoding": "UTF8",
    "DateStyle": "ISO, MDY",  # psycopg reads no other
    "IntervalStyle": "postgres",
    "TimeZone": "UTC",
    "standard_conforming_strings": "on",
    "bytea_output": "hex",
    "extra_float_digits": "1",
    "transform_null_equals": "off",
    "default_transaction_isolation": "read committed",
    "default_transaction_deferrable": "off",
    "lock_timeout": "0",
    "idle_in_transaction_session_timeout": f"{IDLE_SECONDS}s",
}
_SINCE = {140_000: {"idle_session_timeout": "0"}, 170_000: {"transaction_timeout": "0"}}
"""Settings that only later servers have, by the first version."""

_DURABLE = (
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
)
"""An acknowledged write survives a crash. The other values promise that or more, and are left."""

_SESSION = "SELECT pg_backend_pid(), current_schema()"


async def configure_session(connection: AbortOnCancelConnection, *, statement_seconds: float) -> bool:
    """Set what this code relies on; return whether there is a pooler between here and the server.

    These are statements and no start-up options, because PgBouncer refuses those. They take one round
    trip. ``search_path``, ``role`` and ``default_transaction_read_only`` are the operator's: a database
    that was made read-only, by hand or by a provider whose disk is full, has to stay so.
    """
    if connection.pgconn.parameter_status(b"crdb_version"):
        raise ConnectionFailed("it is CockroachDB; fastauth needs PostgreSQL")
    settings = _SETTINGS | {"statement_timeout": f"{statement_seconds:g}s"}
    for version, later in _SINCE.items():
        if connection.info.server_version >= version:
            settings |= later
    statements = [*(f"SET {name} = '{value}'" for name, value in settings.items()), _DURABLE, _SESSION]
    await connection.set_autocommit(True)
    cursor = await connection.execute("; ".join(statements).encode(), prepare=False)
    while cursor.nextset():
        pass
    pid, schema = await cursor.fetchone() or (None, None)
    connection.schema = schema if isinstance(schema, str) else None
    return pid != connection.info.backend_pid

"""Session parameters of PostgreSQL that this code relies on, whatever the server's defaults are."""

from fastauth.adapters.sql.database.connect_errors import ConnectionFailed
from fastauth.adapters.sql.database.postgres_connection import AbortOnCancelConnection

STATEMENT_SECONDS = 2
"""``statement_timeout`` in seconds: PostgreSQL cancels a statement after it."""

IDLE_SECONDS = 5
"""``idle_in_transaction_session_timeout`` in seconds: PostgreSQL ends an idle transaction after it."""

_SETTINGS = {
    "client_encoding": "UTF8",
    "DateStyle": "ISO, MDY",  # psycopg parses no other
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
"""Parameters of later servers, by the first version that has them."""

_DURABLE = (
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
)
"""With ``off``, a crash may lose acknowledged writes. The other values prevent that and are kept."""

_SESSION = "SELECT pg_backend_pid(), current_schema()"


async def configure_session(connection: AbortOnCancelConnection, *, statement_seconds: float) -> bool:
    """Set the session parameters; return whether a pooler is between this process and the server.

    They are set by statements, in one round trip, because PgBouncer rejects start-up options.
    ``search_path``, ``role`` and ``default_transaction_read_only`` belong to the operator: a database that
    was made read-only, by hand or by a provider because its disk is full, must stay read-only.

    Raises:
        ConnectionFailed: The server is CockroachDB.
    """
    if connection.pgconn.parameter_status(b"crdb_version"):
        raise ConnectionFailed("the server is CockroachDB; fastauth needs PostgreSQL")
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

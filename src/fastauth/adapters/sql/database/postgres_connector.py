"""Opens connections to PostgreSQL: finds the server that accepts writes, and configures the session."""

import asyncio
import os
import socket
from functools import partial
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from fastauth.adapters.sql.database.connect_errors import ConnectionFailed, reason_of, reason_of_all
from fastauth.adapters.sql.database.connection_limit import ConnectionLimit
from fastauth.adapters.sql.database.first_success import AllFailed, first_success
from fastauth.adapters.sql.database.plain_cursor import PlainCursor
from fastauth.adapters.sql.database.postgres_connection import AbortOnCancelConnection
from fastauth.adapters.sql.database.session_settings import STATEMENT_SECONDS, configure_session

_PSYCOPG_OPTIONS = frozenset({"autocommit", "prepare_threshold", "context", "row_factory", "cursor_factory"})
"""Arguments of psycopg itself; all others are parameters of libpq."""

_CONNECTION_ERRORS = (psycopg.Error, OSError, UnicodeError)


class PostgresConnector:
    """Connects to the first server in the URL that accepts writes.

    Several servers are tried in parallel with staggered starts (`first_success`), so a server that does
    not answer costs a tenth of a second instead of the whole deadline. The server of the latest connection
    is tried first.
    """

    def __init__(
        self,
        *,
        limit: ConnectionLimit | None = None,
        prepared_statements: bool | None = None,
        statement_seconds: float = STATEMENT_SECONDS,
    ) -> None:
        """Create a connector; with ``None`` statements are prepared unless a pooler is detected."""
        self._statement_seconds = statement_seconds
        self._limit = limit
        self._prepared_statements = prepared_statements
        self.pooled = False
        """Whether the latest connection goes through a pooler."""
        self._latest_server: tuple[str, str] | None = None

    async def connect(self, conninfo: str = "", **arguments: Any) -> AbortOnCancelConnection:  # noqa: ANN401  libpq's
        """Return a connection with a configured session.

        Raises:
            ConnectionFailed: No server accepted a connection; it has the reason.
        """
        options = {name: value for name, value in arguments.items() if name in _PSYCOPG_OPTIONS}
        libpq = {name: value for name, value in arguments.items() if name not in _PSYCOPG_OPTIONS}
        try:
            parameters: dict[str, Any] = dict(conninfo_to_dict(conninfo, **libpq))
            servers = parse_servers(parameters)
        except psycopg.Error as error:
            raise ConnectionFailed(reason_of(error)) from None
        if len(servers) > 1:
            parameters.setdefault("target_session_attrs", "read-write")
            if parameters.get("load_balance_hosts") != "random":
                servers.sort(key=lambda server: (server["host"], server["port"]) != self._latest_server)
        attempts = [partial(self._connect_to_server, parameters | server, options) for server in servers]
        connection = await self._first(attempts)
        self._remember_server(connection)
        return connection

    async def connect_unpooled(self, conninfo: str = "", **arguments: Any) -> AbortOnCancelConnection:  # noqa: ANN401  psycopg has the types
        """Return a connection outside the limit of the pool; it is closed when its statement is cancelled.

        Raises:
            ConnectionFailed: No server accepted a connection; it has the reason.
        """
        connection = await self.connect(conninfo, **arguments)
        connection.limit = None
        return connection

    def disable_prepared_statements(self) -> None:
        """Use no prepared statements on new connections, unless the settings ask for them."""
        if self._prepared_statements is None:
            self._prepared_statements = False

    async def _first(self, attempts: list[partial[Any]]) -> AbortOnCancelConnection:
        try:
            return await first_success(attempts, discard=AbortOnCancelConnection.close)
        except AllFailed as failed:
            raise ConnectionFailed(reason_of_all(failed.errors)) from None

    async def _connect_to_server(
        self, parameters: dict[str, Any], options: dict[str, Any]
    ) -> AbortOnCancelConnection:
        """Try every address of one server, with staggered starts."""
        addresses = await _resolve_addresses(parameters)
        return await self._first(
            [partial(self._connect_to_address, parameters | address, options) for address in addresses]
        )

    async def _connect_to_address(
        self, parameters: dict[str, Any], options: dict[str, Any]
    ) -> AbortOnCancelConnection:
        try:
            connection = await AbortOnCancelConnection.connect(
                cursor_factory=PlainCursor, **parameters, **options
            )
        except _CONNECTION_ERRORS as error:
            raise ConnectionFailed(reason_of(error)) from None
        try:
            self.pooled = is_pooled = await configure_session(
                connection, statement_seconds=self._statement_seconds
            )
        except psycopg.Error as error:
            connection.pgconn.finish()
            code = f"the session cannot be configured (SQLSTATE {error.sqlstate})" if error.sqlstate else None
            raise ConnectionFailed(code or reason_of(error)) from None
        except BaseException:
            connection.pgconn.finish()
            raise
        if self._prepared_statements is False or (self._prepared_statements is None and is_pooled):
            connection.prepare_threshold = None
        connection.limit = self._limit
        return connection

    def _remember_server(self, connection: AbortOnCancelConnection) -> None:
        server = (connection.info.host, str(connection.info.port))
        if self._limit and self._latest_server not in {None, server}:
            self._limit.close()  # the abandoned connections lead to another server
        self._latest_server = server


def parse_servers(parameters: dict[str, Any]) -> list[dict[str, Any]]:
    """Return host, address and port of each server; libpq separates several by commas.

    Raises:
        ConnectionFailed: There are several servers and another number of hosts, addresses or ports.
    """
    lists = {
        "host": str(parameters.get("host") or os.environ.get("PGHOST") or "").split(","),
        "hostaddr": str(parameters.get("hostaddr") or os.environ.get("PGHOSTADDR") or "").split(","),
        "port": str(parameters.get("port") or os.environ.get("PGPORT") or "").split(","),
    }
    number = max(len(lists["host"]), len(lists["hostaddr"]))
    if lists["host"] == [""] and lists["hostaddr"] != [""]:
        lists["host"] = lists["hostaddr"]
    for name, values in lists.items():
        if len(values) not in {1, number}:
            raise ConnectionFailed(f"the URL has {number} servers and {len(values)} values of {name}")
        if len(values) == 1:
            lists[name] = values * number
    rows = zip(lists["host"], lists["hostaddr"], lists["port"], strict=True)
    return [{"host": host, "hostaddr": address, "port": port or "5432"} for host, address, port in rows]


async def _resolve_addresses(parameters: dict[str, Any]) -> list[dict[str, Any]]:
    host, port = parameters["host"], parameters["port"]
    if not host or host.startswith(("/", "@")) or parameters["hostaddr"]:
        return [{}]  # a socket, or an address already
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, OverflowError):
        raise ConnectionFailed("the host name cannot be resolved (DNS)") from None
    return [{"hostaddr": address} for address in dict.fromkeys(str(item[4][0]) for item in found)]

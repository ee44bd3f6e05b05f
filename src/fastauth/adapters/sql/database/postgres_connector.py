"""Makes connections to Postgres: finds the server, and prepares the session."""

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
from fastauth.adapters.sql.database.postgres_connection import AbortOnCancelConnection, PlainCursor
from fastauth.adapters.sql.database.session_settings import STATEMENT_SECONDS, configure_session

_NOT_LIBPQS = frozenset({"autocommit", "prepare_threshold", "context", "row_factory", "cursor_factory"})
_CONNECTION_ERRORS = (psycopg.Error, OSError, UnicodeError)


class PostgresConnector:
    """Connects to the first of the servers that takes writes.

    Several servers are tried at once, each with a head start, so that one that does not answer costs a
    tenth of a second and not the deadline. The one that was reached last comes first.
    """

    def __init__(
        self,
        *,
        limit: ConnectionLimit | None = None,
        prepared_statements: bool | None = None,
        statement_seconds: float = STATEMENT_SECONDS,
    ) -> None:
        """Prepare statements as told, or with ``None`` unless there is a pooler in between."""
        self._statement_seconds = statement_seconds
        self._limit = limit
        self._prepared_statements = prepared_statements
        self.pooled = False
        """Whether the connection that was made last goes through a pooler."""
        self._last: tuple[str, str] | None = None

    async def connect(self, conninfo: str = "", **arguments: Any) -> AbortOnCancelConnection:  # noqa: ANN401  libpq's
        """Return a connection whose session is prepared.

        Raises:
            ConnectionFailed: There is none; it says why.
        """
        own = {name: value for name, value in arguments.items() if name in _NOT_LIBPQS}
        given = {name: value for name, value in arguments.items() if name not in _NOT_LIBPQS}
        try:
            parameters: dict[str, Any] = dict(conninfo_to_dict(conninfo, **given))
            servers = parse_servers(parameters)
        except psycopg.Error as error:
            raise ConnectionFailed(reason_of(error)) from None
        if len(servers) > 1:
            parameters.setdefault("target_session_attrs", "read-write")
            if parameters.get("load_balance_hosts") != "random":
                servers.sort(key=lambda server: (server["host"], server["port"]) != self._last)
        attempts = [partial(self._connect_to_server, parameters | server, own) for server in servers]
        try:
            connection = await first_success(attempts, discard=AbortOnCancelConnection.close)
        except AllFailed as failed:
            raise ConnectionFailed(reason_of_all(failed.errors)) from None
        self._note(connection)
        return connection

    async def connect_unpooled(self, conninfo: str = "", **arguments: Any) -> AbortOnCancelConnection:  # noqa: ANN401
        """Return a connection that has no place in the pool, and is hung up on where it is given up.

        Raises:
            ConnectionFailed: There is none; it says why.
        """
        connection = await self.connect(conninfo, **arguments)
        connection.limit = None
        return connection

    def disable_prepared_statements(self) -> None:
        """Prepare no statement on connections that are made from now on, unless told to."""
        if self._prepared_statements is None:
            self._prepared_statements = False

    async def _connect_to_server(
        self, parameters: dict[str, Any], own: dict[str, Any]
    ) -> AbortOnCancelConnection:
        """Try every address of one server."""
        addresses = await _resolve_addresses(parameters)
        attempts = [partial(self._connect_to_address, parameters | address, own) for address in addresses]
        try:
            return await first_success(attempts, discard=AbortOnCancelConnection.close)
        except AllFailed as failed:
            raise ConnectionFailed(reason_of_all(failed.errors)) from None

    async def _connect_to_address(
        self, parameters: dict[str, Any], own: dict[str, Any]
    ) -> AbortOnCancelConnection:
        try:
            connection = await AbortOnCancelConnection.connect(
                cursor_factory=PlainCursor, **parameters, **own
            )
        except _CONNECTION_ERRORS as error:
            raise ConnectionFailed(reason_of(error)) from None
        try:
            self.pooled = is_pooled = await configure_session(
                connection, statement_seconds=self._statement_seconds
            )
        except psycopg.Error as error:
            connection.pgconn.finish()
            code = f"the session cannot be prepared (SQLSTATE {error.sqlstate})" if error.sqlstate else None
            raise ConnectionFailed(code or reason_of(error)) from None
        except BaseException:
            connection.pgconn.finish()
            raise
        if self._prepared_statements is False or (self._prepared_statements is None and is_pooled):
            connection.prepare_threshold = None
        connection.limit = self._limit
        return connection

    def _note(self, connection: AbortOnCancelConnection) -> None:
        server = (connection.info.host, str(connection.info.port))
        if self._limit and self._last not in {None, server}:
            self._limit.close()  # what was given up on is another server's
        self._last = server


def parse_servers(parameters: dict[str, Any]) -> list[dict[str, Any]]:
    """Return host, address and port of each server; the lists of libpq have commas."""
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
            raise ConnectionFailed(f"it names {number} servers and {len(values)} values of {name}")
        if len(values) == 1:
            lists[name] = values * number
    rows = zip(lists["host"], lists["hostaddr"], lists["port"], strict=True)
    return [{"host": host, "hostaddr": address, "port": port or "5432"} for host, address, port in rows]


async def _resolve_addresses(parameters: dict[str, Any]) -> list[dict[str, Any]]:
    host, port = parameters["host"], parameters["port"]
    if not host or host.startswith(("/", "@")) or parameters["hostaddr"]:
        return [{}]
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, OverflowError):
        raise ConnectionFailed("the name of the host is not known (DNS)") from None
    return [{"hostaddr": address} for address in dict.fromkeys(str(item[4][0]) for item in found)]

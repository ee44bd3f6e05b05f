"""Databases on a server that tests may kill and configure."""

from collections.abc import Iterator
from contextlib import contextmanager
from secrets import token_hex

import psycopg
from tests.harness.databases import create_database, database_of
from tests.harness.postgres import PostgresServer


class MortalPostgres:
    """A database of one test, and the server that the test may kill. Other tests use the server later."""

    def __init__(self, server: PostgresServer, template: str) -> None:
        self._server = server
        self._is_running = True
        self._name = f"fastauth_test_{token_hex(6)}"
        self.source = server.source
        self.url = database_of(server, self._name)
        with psycopg.connect(server.url, autocommit=True) as connection:
            create_database(connection, self._name, template)

    def kill(self) -> None:
        """End the server as a crash would."""
        self._server.kill()
        self._is_running = False

    def start(self) -> None:
        """Start the server again on the same address and data."""
        self._server.start()
        self._is_running = True

    def shell(self, command: str) -> None:
        """Run it where PostgreSQL's own programs are and find the database, as its superuser."""
        self._server.shell(f"export PGDATABASE={self._name}; {command}")

    def close(self) -> None:
        """Leave a running server with its first configuration."""
        if not self._is_running:
            self.start()
        with psycopg.connect(self._server.url, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM RESET ALL")
            connection.execute("SELECT pg_reload_conf()")
            connection.execute("SET default_transaction_read_only = off")
            connection.execute(f"DROP DATABASE {self._name} WITH (FORCE)".encode())


@contextmanager
def mortal_postgres(server: PostgresServer, template: str) -> Iterator[PostgresServer]:
    """Lead to a copy of the database `template`, on a server that no other test uses meanwhile."""
    database = MortalPostgres(server, template)
    try:
        yield database
    finally:
        database.close()

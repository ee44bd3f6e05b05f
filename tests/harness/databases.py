"""Databases of the tests, and connections past the service."""

from collections.abc import Iterator
from contextlib import contextmanager
from secrets import token_hex
from typing import Any

import psycopg
from sqlalchemy import make_url
from tests.builders import PROFILE
from tests.fakes import FakeSecretBox
from tests.harness.postgres import PostgresServer

from fastauth.adapters.sql import OPERATOR_DEADLINE, AuditColumns, Database, SqlUnitOfWork
from fastauth.adapters.system_clock import SystemClock
from fastauth.domain.accounts.username import Username
from fastauth.domain.secret_box import SecretBox
from fastauth.entrypoints.request_origin import current_event_source

POOL_SIZE = 40
"""More connections than any test uses at once, so that no test waits for one on a busy machine."""

SQLITE_POOL_SIZE = 4
"""Enough for a race. Each writer polls for the lock of the file, so forty take longer than four."""


def connect(url: str) -> Database:
    drivers = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg"}
    parsed = make_url(url)
    with_driver = parsed.set(drivername=drivers[parsed.get_backend_name()])
    pool_size = SQLITE_POOL_SIZE if url.startswith("sqlite") else POOL_SIZE
    return Database(with_driver, pool_size=pool_size, deadline=OPERATOR_DEADLINE)


AUDIT_COLUMNS = AuditColumns(clock=SystemClock(), origin=current_event_source)


def unit_of_work(database: Database, box: SecretBox | None = None) -> SqlUnitOfWork:
    return SqlUnitOfWork(
        transactions=database.transactions, audit_columns=AUDIT_COLUMNS, box=box or FakeSecretBox()
    )


def username_key_of(name: str) -> str:
    return Username.parse_existing(name, PROFILE).canonical


@contextmanager
def postgres_schema(server: PostgresServer) -> Iterator[str]:
    """Lead to an empty schema, which is gone afterwards."""
    name = f"fastauth_test_{token_hex(6)}"
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}".encode())
        try:
            separator = "&" if "?" in server.url else "?"
            yield f"{server.url}{separator}options=-csearch_path%3D{name}"
        finally:
            connection.execute(f"DROP SCHEMA {name} CASCADE".encode())


@contextmanager
def postgres_copy(server: PostgresServer, template: str) -> Iterator[str]:
    """Lead to a copy of the database `template` of the server, which is gone afterwards."""
    name = f"fastauth_test_{token_hex(6)}"
    with psycopg.connect(server.url, autocommit=True) as connection:
        create_database(connection, name, template)
        try:
            yield database_of(server, name)
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def create_database(
    connection: psycopg.Connection[tuple[Any, ...]], name: str, template: str = "template1"
) -> None:
    # Files in memory are copied for a tenth of the processor time that a copy by the log takes on a disk.
    strategy = "STRATEGY FILE_COPY" if connection.info.server_version >= 150_000 else ""
    connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} {strategy}".encode())


def database_of(server: PostgresServer, name: str) -> str:
    """Return the URL of another database of the server."""
    return make_url(server.url).set(database=name).render_as_string(hide_password=False)

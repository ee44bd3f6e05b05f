"""The databases that the integration tests run on: a SQLite file, and a PostgreSQL server."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url
from tests.harness.backends import BACKENDS, fail_without_postgres
from tests.harness.databases import (
    connect,
    create_database,
    database_of,
    postgres_copy,
    postgres_schema,
)
from tests.harness.migrations import migrate_at
from tests.harness.mortal_postgres import mortal_postgres
from tests.harness.postgres import GivenPostgres, PostgresServer, given_postgres, own_postgres
from tests.harness.service import Service

from fastauth.adapters.sql import Database


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    note = _source_note()
    source = note.read_text() if note.exists() else "none was asked for"
    terminalreporter.write_line(f"Postgres for the integration tests: {source}")


def _source_note() -> Path:
    """Return the file of where the server comes from. The process that writes the summary has no server."""
    return Path(tempfile.gettempdir()) / "postgres-source"


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with fail_without_postgres(), given_postgres() as server:
        _source_note().write_text(server.source)
        yield server


@pytest.fixture(scope="session")
def mortal_server() -> Iterator[PostgresServer]:
    """Return a server that tests may kill, one after the other.

    It does not wait for the disk: what a killed process has written is in the page cache.
    """
    with fail_without_postgres(), own_postgres(durable=False) as server:
        yield server


@pytest.fixture(scope="session")
def mortal_template(mortal_server: PostgresServer) -> str:
    """Return the name of a database of that server to copy, migrated. It is gone with the server."""
    name = "fastauth_test_migrated"
    with psycopg.connect(mortal_server.url, autocommit=True) as connection:
        create_database(connection, name)
    asyncio.run(migrate_at(database_of(mortal_server, name)))
    return name


@pytest.fixture(name="mortal_postgres")
def _mortal_postgres(mortal_server: PostgresServer, mortal_template: str) -> Iterator[PostgresServer]:
    """Return a migrated database of the test's own, on a server that it may kill and configure."""
    with mortal_postgres(mortal_server, mortal_template) as database:
        yield database


@pytest.fixture(scope="session", params=BACKENDS)
def used_database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database that is shared: every test of the session uses it, and perhaps earlier runs did.

    No service runs on it.
    """
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('sqlite')}/used.db"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.url


@pytest.fixture(params=BACKENDS)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database in which there is nothing yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.db"
    else:
        with postgres_schema(request.getfixturevalue("postgres")) as url:
            yield url


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a SQLite file to copy, migrated."""
    path = tmp_path_factory.mktemp("migrated") / "migrated.db"
    asyncio.run(migrate_at(f"sqlite:///{path}"))
    return path


@pytest.fixture
def sqlite_url(migrated_file: Path, tmp_path: Path) -> str:
    """Return a SQLite database of the test's own, migrated."""
    return sqlite_copy(migrated_file, tmp_path)


def sqlite_copy(file: Path, directory: Path) -> str:
    return f"sqlite:///{shutil.copy(file, directory / 'own.db')}"


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresServer) -> Iterator[str]:
    """Return the name of a database to copy, migrated."""
    with postgres_copy(postgres, "template1") as url:
        asyncio.run(migrate_at(url))
        yield str(make_url(url).database)


@pytest.fixture
def postgres_url(request: pytest.FixtureRequest, postgres: PostgresServer) -> Iterator[str]:
    """Return a PostgreSQL database of the test's own, migrated."""
    with migrated_postgres(request, postgres) as url:
        yield url


@contextmanager
def migrated_postgres(request: pytest.FixtureRequest, postgres: PostgresServer) -> Iterator[str]:
    """Lead to a new database, migrated.

    It is a schema on a server that the tests have not started: there they may not make databases.
    """
    if isinstance(postgres, GivenPostgres):
        with postgres_schema(postgres) as url:
            asyncio.run(migrate_at(url))
            yield url
    else:
        with postgres_copy(postgres, request.getfixturevalue("postgres_template")) as url:
            yield url


@pytest.fixture(params=BACKENDS)
def database_url(request: pytest.FixtureRequest) -> str:
    """Return a database of the test's own, a copy of a migrated one."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(scope="module")
def postgres_url_of_file(request: pytest.FixtureRequest, postgres: PostgresServer) -> Iterator[str]:
    """Return a PostgreSQL database of the test file's own, migrated."""
    with migrated_postgres(request, postgres) as url:
        yield url


@pytest.fixture(scope="module", params=BACKENDS)
def database_url_of_file(
    request: pytest.FixtureRequest, migrated_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """Return a database of the test file's own, a copy of a migrated one."""
    if request.param == "sqlite":
        return sqlite_copy(migrated_file, tmp_path_factory.mktemp("of_file"))
    url: str = request.getfixturevalue("postgres_url_of_file")
    return url


@pytest.fixture(scope="session")
def migrated_database_url(used_database_url: str) -> str:
    """The used database, migrated once."""
    asyncio.run(migrate_at(used_database_url))
    return used_database_url


@pytest.fixture(scope="module")
async def database(migrated_database_url: str) -> AsyncIterator[Database]:
    """The used database, migrated. The tests of a file share its connections and its compiled statements."""
    database = connect(migrated_database_url)
    yield database
    await database.close()


MANY_SESSIONS = {"FASTAUTH_MAX_SESSIONS_PER_ACCOUNT": "1000"}
"""A race may begin more than a hundred sessions of one account, and is not about the oldest of them."""


@pytest.fixture(scope="session", params=BACKENDS)
def service_database_url(request: pytest.FixtureRequest, migrated_file: Path) -> Iterator[str]:
    """A database for services, which purge it. Rows of tests with a fake clock expired long ago."""
    if request.param == "sqlite":
        yield f"sqlite:///{shutil.copy(migrated_file, migrated_file.with_name('service.db'))}"
    else:
        with migrated_postgres(request, request.getfixturevalue("postgres")) as url:
            yield url


@pytest.fixture(scope="session")
def service(service_database_url: str) -> Iterator[Service]:
    with Service(service_database_url, **MANY_SESSIONS) as service:
        yield service

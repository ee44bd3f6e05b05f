"""Migrations: a new database, one that the tutorial made, several processes that migrate at once."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from subprocess import run
from types import MappingProxyType
from typing import Any

import bcrypt
import pytest
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Inspector,
    Integer,
    MetaData,
    StaticPool,
    String,
    Table,
    create_engine,
    inspect,
    make_url,
    text,
)
from tests.builders import (
    PROFILE,
    a_new_user,
    a_registration,
)
from tests.harness.commands import execute, fastauth, use
from tests.harness.databases import AUDIT_COLUMNS, connect, postgres_schema, username_key_of
from tests.harness.editions import IS_THOROUGH, size
from tests.harness.fork_server import start_fastauth
from tests.harness.migrations import SCRIPTS, migrate_at, migrate_to
from tests.harness.new_sqlite import statements_after_migrations, statements_of
from tests.harness.postgres import PostgresServer
from tests.harness.processes import wait_until
from tests.harness.service import environment
from tests.harness.tables import row

from fastauth.adapters.sql import (
    Database,
    SchemaOutdated,
    SqlUserRepository,
    UnsupportedSchema,
    migrate,
)
from fastauth.adapters.sql.database import migrate as database_migration
from fastauth.adapters.sql.database.alembic_version import import_alembic_version, migrated_to
from fastauth.adapters.sql.database.new_sqlite import SCRIPT
from fastauth.adapters.sql.database.revision import REVISION
from fastauth.adapters.sql.database.types import metadata
from fastauth.domain.accounts.errors import UsernameTaken
from fastauth.domain.accounts.username import Username
from fastauth.domain.errors import StorageUnavailable
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.startup import migrate_database, shut_down, start_up

IN_ORDER = [script.revision for script in SCRIPTS.walk_revisions()][::-1]
"""Every migration, the first one first."""
PASSWORD = "sntsh"
HASH = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()


@pytest.fixture
def engine(empty_database_url: str) -> Iterator[Engine]:
    """A connection of another program than fastauth."""
    engine = create_engine(empty_database_url)
    yield engine
    engine.dispose()


def the_tutorials_table(**lengths: int) -> Table:
    return Table(
        "user_info",
        MetaData(),
        Column("id", Integer, primary_key=True, index=True),
        Column("username", String(lengths.get("username")), unique=True),
        Column("password", String(lengths.get("password"))),
        Column("fullname", String(lengths.get("fullname")), unique=True),
    )


def fill(engine: Engine, rows: list[dict[str, Any]], **lengths: int) -> None:
    theirs = the_tutorials_table(**lengths)
    theirs.create(engine)
    with engine.begin() as connection:
        connection.execute(theirs.insert(), rows)


def rows_of(engine: Engine) -> list[Any]:
    with engine.connect() as connection:
        return list(
            connection.execute(text("SELECT id, username, password, fullname FROM user_info ORDER BY id"))
        )


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Database]:
    database = connect(url)
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def started(url: str) -> AsyncIterator[Container]:
    """Migrate, and start what a service consists of."""
    container = Container(settings=Settings(database_url=make_url(url)))
    try:
        await migrate_database(container)
        await start_up(container)
        yield container
    finally:
        await shut_down(container)


class TestMigrate:
    async def test_makes_the_tables_that_the_code_describes_and_no_account(
        self, empty_database_url: str, engine: Engine
    ) -> None:
        await migrate_at(empty_database_url)
        columns = inspect(engine).get_multi_columns()
        for table in metadata.sorted_tables:
            names = {column["name"] for column in columns[None, table.name]}
            assert names == set(table.columns.keys()), table.name
        assert rows_of(engine) == []

    async def test_changes_nothing_the_second_time(self, database_url: str) -> None:
        async with connected(database_url) as database:
            await SqlUserRepository(connections=database.autocommit, audit_columns=AUDIT_COLUMNS).add(
                a_new_user()
            )
        engine = create_engine(database_url)
        before = rows_of(engine)
        await migrate_at(database_url)
        assert len(before) == 1
        assert rows_of(engine) == before
        engine.dispose()

    async def test_is_asked_for_before(self, empty_database_url: str) -> None:
        database = connect(empty_database_url)
        with pytest.raises(SchemaOutdated):
            await database.check()
        await database.close()

    def test_is_done_once_by_four_processes_at_once(
        self, empty_database_url: str, engine: Engine, tmp_path: Path
    ) -> None:
        fill(
            engine, [{"username": f"user{n}", "password": HASH, "fullname": f"User {n}"} for n in range(500)]
        )
        settings = environment(empty_database_url)
        with (tmp_path / "log").open("ab") as log:
            migrants = [
                start_fastauth("migrate", environment=settings, directory=tmp_path, log=log) for _ in range(4)
            ]
        statuses = [migrant.wait(300) for migrant in migrants]
        assert statuses == [0, 0, 0, 0], (tmp_path / "log").read_text()
        assert len(rows_of(engine)) == 500

    async def test_script_for_new_sqlite_files_equals_all_migrations(self, tmp_path: Path) -> None:
        """A new migration needs `python -m tests.harness.new_sqlite`."""
        expected = statements_after_migrations(tmp_path)
        assert SCRIPT.read_text(encoding="utf-8").splitlines() == expected
        await migrate_at(f"sqlite:///{tmp_path / 'new.db'}")
        assert statements_of(tmp_path / "new.db") == expected

    def test_of_a_new_sqlite_file_imports_no_library_in_vain(self, tmp_path: Path) -> None:
        """Each takes several times as long as the script."""
        code = (
            "import sys; from fastauth.entrypoints.cli import app; app(['migrate'], standalone_mode=False);"
            "sys.exit(bool({'alembic', 'fastapi', 'psycopg'} & set(sys.modules)))"
        )
        settings = environment(f"sqlite:///{tmp_path / 'new.db'}")
        assert run([sys.executable, "-c", code], env=settings, cwd=tmp_path, check=False).returncode == 0

    def test_describes_the_revision_the_code_relies_on(self) -> None:
        assert SCRIPTS.get_current_head() == REVISION


class TestAdoption:
    ROWS = (
        {"username": "santosh", "password": HASH, "fullname": "Santosh Kumar"},
        {"username": "Zoe\u0301", "password": HASH, "fullname": "Zoé"},
        {"username": "John Smith", "password": HASH, "fullname": "John"},
        {"username": "pаypal", "password": HASH, "fullname": "Mixed scripts"},
        {"username": "x" * 60, "password": HASH, "fullname": "y" * 60},
        {"username": None, "password": None, "fullname": None},
        {"username": "", "password": "", "fullname": ""},
    )

    async def test_keeps_every_row_hash_and_name(self, empty_database_url: str, engine: Engine) -> None:
        """Each user is found by the name they had, which is taken in every spelling."""
        fill(engine, list(self.ROWS))
        before = rows_of(engine)
        async with started(empty_database_url) as container:
            assert rows_of(engine) == before
            for given in self.ROWS:
                if given["username"]:
                    with row(given["username"]):
                        key = Username.parse_existing(given["username"], PROFILE)
                        found = await container.passwords().find(key)
                        assert found
                        assert found.password_hash.encoded == HASH
            register = container.register_user()
            for name in ("santosh", "SANTOSH", "zoé", "ＺＯÉ"):
                with row(name), pytest.raises(UsernameTaken):
                    await register(**a_registration(username=name), address=None)
            new = await register(**a_registration(fullname="Santosh Kumar"), address=None)
            assert new.id == len(self.ROWS) + 1
        assert bcrypt.checkpw(PASSWORD.encode(), rows_of(engine)[0].password.encode())

    async def test_makes_room_for_longer_hashes(self, empty_database_url: str, engine: Engine) -> None:
        fill(engine, list(self.ROWS[:1]), username=20, password=60, fullname=20)
        async with started(empty_database_url) as container:
            registration = a_registration(username="u" * 50, fullname="f" * 50)
            new = await container.register_user()(**registration, address=None)
        stored = rows_of(engine)[-1]
        assert (stored.id, stored.username, stored.fullname) == (new.id, "u" * 50, "f" * 50)
        assert len(stored.password) > 60

    async def test_continues_after_the_highest_id(self, empty_database_url: str, engine: Engine) -> None:
        fill(engine, [{"id": 41, "username": "ann", "password": HASH, "fullname": "Ann"}])
        await migrate_at(empty_database_url)
        database = connect(empty_database_url)
        added = await SqlUserRepository(connections=database.autocommit, audit_columns=AUDIT_COLUMNS).add(
            a_new_user()
        )
        assert added.id == 42
        await database.close()

    async def test_stops_before_any_change_where_two_names_are_one(
        self, empty_database_url: str, engine: Engine
    ) -> None:
        names = ["ann", "Ann", "bob", "ANN", "zoé", "Zoe\u0301"]
        fill(
            engine, [{"username": name, "password": HASH, "fullname": str(n)} for n, name in enumerate(names)]
        )
        before = rows_of(engine)
        with pytest.raises(UnsupportedSchema) as refusal:
            await migrate_at(empty_database_url)
        for name in ("'ann' (id 1)", "'Ann' (id 2)", "'ANN' (id 4)", "'zoé' (id 5)"):
            assert name in str(refusal.value)
        assert "bob" not in str(refusal.value)
        assert HASH not in str(refusal.value)
        assert rows_of(engine) == before
        assert inspect(engine).get_table_names() == ["user_info"]
        assert "username_key" not in {column["name"] for column in inspect(engine).get_columns("user_info")}

    async def test_stops_at_a_table_that_is_not_the_tutorials(
        self, empty_database_url: str, engine: Engine
    ) -> None:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE user_info (id INTEGER PRIMARY KEY, email TEXT)"))
        with pytest.raises(UnsupportedSchema, match="email"):
            await migrate_at(empty_database_url)

    async def test_stops_at_what_others_built_on_the_table(self, postgres: PostgresServer) -> None:
        with postgres_schema(postgres) as url:
            engine = create_engine(url)
            fill(engine, list(self.ROWS))
            with engine.begin() as connection:
                connection.execute(text("CREATE VIEW names AS SELECT username FROM user_info"))
            with pytest.raises(UnsupportedSchema, match="depends on"):
                await migrate_at(url)
            engine.dispose()

    async def test_is_done_once_by_four_tasks_of_one_process(
        self, empty_database_url: str, engine: Engine
    ) -> None:
        fill(engine, list(self.ROWS))
        await asyncio.gather(*(migrate_at(empty_database_url) for _ in range(4)))
        assert len(rows_of(engine)) == len(self.ROWS)


class TestNotes:
    """Where the last migration is noted, and what others note in Alembic's table."""

    async def test_of_every_earlier_version_are_carried_over(
        self, empty_database_url: str, engine: Engine
    ) -> None:
        for revision in IN_ORDER:
            with row(revision):
                migrate_to(revision, engine)
                with engine.begin() as connection:
                    connection.execute(text("DROP TABLE fastauth_migration"))
                    note_as_others_do(connection, [revision])
                    import_alembic_version(connection, lambda: set(IN_ORDER))
                    assert migrated_to(connection) == revision
                    assert noted_by_others(connection) == [revision]  # for processes of that version
                    connection.execute(text("DROP TABLE alembic_version"))

    @pytest.mark.parametrize("revision", [IN_ORDER[0], IN_ORDER[-2]])
    async def test_migration_goes_on_from_that_of_an_earlier_version(
        self, empty_database_url: str, engine: Engine, revision: str
    ) -> None:
        migrate_to(revision, engine)
        with engine.begin() as connection:
            connection.execute(text("DROP TABLE fastauth_migration"))
            note_as_others_do(connection, [revision])
        await migrate_at(empty_database_url)
        with engine.begin() as connection:
            assert migrated_to(connection) == REVISION
            assert noted_by_others(connection) == [revision]

    async def test_of_others_are_left_alone(self, empty_database_url: str, engine: Engine) -> None:
        """Alembic's table of another application may have any content, even numbers that are ours."""
        tables: tuple[list[str], ...] = (["ae1027a6acf1"], ["0004"], ["9999"], ["0002", "0003"], [], ["0001"])
        for noted in tables:
            with row(str(noted)), engine.begin() as connection:
                connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
                note_as_others_do(connection, noted)
                import_alembic_version(connection, lambda: set(IN_ORDER))
                assert migrated_to(connection) is None
                assert noted_by_others(connection) == noted
        await migrate_at(empty_database_url)
        with engine.begin() as connection:
            assert migrated_to(connection) == REVISION
            assert noted_by_others(connection) == ["0001"]


def note_as_others_do(connection: Connection, revisions: list[str]) -> None:
    """Note migrations as versions before 0.2 do, and other applications."""
    connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)"))
    for revision in revisions:
        connection.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": revision})


def noted_by_others(connection: Connection) -> list[str]:
    return list(connection.scalars(text("SELECT version_num FROM alembic_version ORDER BY version_num")))


class TestNamesOfOthers:
    """Tables, indexes, types and views that are there and that fastauth did not make."""

    THEIRS: Mapping[str, str] = MappingProxyType(
        {
            **{
                f"TABLE {name}": f"CREATE TABLE {name} (sid TEXT PRIMARY KEY)"
                for name in metadata.tables
                if name != "user_info"  # the tutorial's
            },
            "TABLE sessions": "CREATE TABLE sessions (a TEXT); CREATE INDEX session_user_id ON sessions (a)",
            "VIEW tally": "CREATE VIEW tally AS SELECT 1 AS a",
        }
    )

    async def test_stop_a_migration_before_any_change(self, empty_database_url: str, engine: Engine) -> None:
        async with connected(empty_database_url) as database:
            for name in self.THEIRS if IS_THOROUGH else ("TABLE event", "TABLE sessions", "VIEW tally"):
                await self.expect_refusal(name, database, engine)

    async def test_stop_the_migration_that_makes_the_name(
        self, empty_database_url: str, engine: Engine
    ) -> None:
        """Nothing of this migration is left, and those before it stay."""
        made = made_by_each_migration()
        assert set.union(*made.values()) == metadata.tables.keys() - {"user_info"}
        async with connected(empty_database_url) as database:
            for revision, tables in made.items():
                for table in sorted(tables):
                    await self.expect_refusal(f"TABLE {table}", database, engine)
                migrate_to(revision, engine)

    async def expect_refusal(self, name: str, database: Database, engine: Engine) -> None:
        with row(name):
            with engine.begin() as connection:
                for statement in self.THEIRS[name].split("; "):
                    connection.execute(text(statement))
            before = inspect(engine).get_table_names()
            with pytest.raises(UnsupportedSchema, match=r"a separate (file|schema)") as refusal:
                await migrate(database, username_key_of=username_key_of)
            assert "\n" not in str(refusal.value)
            assert inspect(engine).get_table_names() == before
            with engine.begin() as connection:
                connection.execute(text(f"DROP {name}"))

    async def test_stop_no_migration_of_another_schema(self, postgres: PostgresServer) -> None:
        """A schema of its own is what the refusal proposes."""
        with postgres_schema(postgres) as theirs, postgres_schema(postgres) as ours:
            engine = create_engine(theirs)
            with engine.begin() as connection:
                for name in ("session", "event", "alembic_version"):
                    connection.execute(text(f"CREATE TABLE {name} (sid TEXT PRIMARY KEY)"))
                    connection.execute(
                        Table(name, MetaData(), Column("sid", String)).insert().values(sid="theirs")
                    )
            schema = theirs.partition("search_path%3D")[2]
            async with started(f"{ours},{schema}") as container:
                assert await container.register_user()(**a_registration(), address=None)
            with engine.begin() as connection:
                assert list(connection.scalars(text("SELECT sid FROM session"))) == ["theirs"]
            engine.dispose()

    def test_are_reported_on_the_command_line(
        self, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        with postgres_schema(postgres) as url:
            execute(url, "CREATE TYPE event AS ENUM ('a')")
            use(monkeypatch, tmp_path, url)
            result = fastauth("migrate")
        assert (result.exit_code, len(result.output.splitlines())) == (1, 1)
        assert 'type "event" already exists' in result.output
        assert "search_path%3Dauth" in result.output


class TestLocks:
    async def test_are_not_waited_for_while_others_queue_behind(
        self, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A backup holds a lock on a table whose columns a migration changes."""
        monkeypatch.setattr(database_migration, "LOCK_SECONDS", 0.2)
        monkeypatch.setattr(database_migration, "LOCK_RETRY_SECONDS", 0.02)
        with postgres_schema(postgres) as url:
            engine = create_engine(url)
            migrate_to("0003", engine)
            insert = "INSERT INTO event (at, kind) VALUES (now(), 'registered')"
            with engine.begin() as backup:
                backup.execute(text("LOCK TABLE event IN ACCESS SHARE MODE"))
                migration = asyncio.create_task(migrate_at(url))
                for _ in range(size(1, 2)):  # an attempt ends soon, and the next begins later
                    await until_a_lock_is_waited_for(engine, "event")
                    await asyncio.to_thread(execute, url, f"SET lock_timeout = '60s'; {insert}")
            await migration
            engine.dispose()


async def until_a_lock_is_waited_for(engine: Engine, table: str) -> None:
    """Return once a transaction waits for a lock on this table."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE relation = to_regclass(:name) AND NOT granted")

    def look() -> None:
        with engine.connect() as connection:
            wait_until(
                lambda: bool(connection.scalar(waiting, {"name": table})),
                "no statement waits for the lock",
                deadline=60,
            )

    await asyncio.to_thread(look)


class TestLargeIndexes:
    """Indexes of tables with rows, which PostgreSQL builds without blocking writes to them."""

    BUILDER = (
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
        " AND query LIKE 'CREATE INDEX CONCURRENTLY%' AND wait_event_type = 'Lock'"
    )

    async def test_are_built_while_others_write_and_again_after_a_failure(
        self, postgres: PostgresServer
    ) -> None:
        with postgres_schema(postgres) as url:
            engine = create_engine(url)
            migrate_to("0003", engine)
            insert = "SET lock_timeout = '60s'; INSERT INTO event (at, kind) VALUES (now(), 'registered')"
            execute(url, insert)
            with engine.connect() as backup:
                backup.execution_options(isolation_level="REPEATABLE READ")
                backup.execute(text("SELECT count(*) FROM pg_class"))  # a snapshot, which the build waits for
                migration = asyncio.create_task(migrate_at(url))
                builder = await until_found(engine, self.BUILDER)
                await asyncio.to_thread(execute, url, insert)
                execute(url, f"SELECT pg_cancel_backend({builder})")
                with pytest.raises(StorageUnavailable):
                    await migration
            assert self.states(engine)["event_at"] == "invalid"
            await migrate_at(url)
            states = self.states(engine)
            engine.dispose()
        expected = {index.name for table in metadata.sorted_tables for index in table.indexes}
        assert {name: states.get(str(name)) for name in expected} == dict.fromkeys(expected, "valid")

    def states(self, engine: Engine) -> dict[str, str]:
        """Return which indexes of this schema may be used."""
        query = (
            "SELECT relname, CASE WHEN indisvalid THEN 'valid' ELSE 'invalid' END AS state"
            " FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid"
            " WHERE relnamespace = current_schema()::regnamespace"
        )
        with engine.connect() as connection:
            return {row.relname: row.state for row in connection.execute(text(query))}


async def until_found(engine: Engine, query: str) -> object:
    """Return what the query finds, once it finds something."""

    def look() -> object:
        deadline = time.monotonic() + 60
        with engine.connect() as connection:
            while not (found := connection.scalar(text(query))):
                assert time.monotonic() < deadline
                connection.rollback()  # or the statistics stay as they were
                time.sleep(0.01)
        return found

    return await asyncio.to_thread(look)


class TestLookAlikes:
    """Names get the keys of the Latin names that they look like."""

    NAMES = ("scope", "ann", "иван", "хор", "Zoé")

    def fill(self, engine: Engine, *more: str) -> list[Any]:
        """Leave a database of the revision before, with its keys."""
        migrate_to("0004", engine)
        rows = [
            {"name": name, "key": name.lower(), "hash": HASH, "full": name} for name in (*self.NAMES, *more)
        ]
        insertion = "INSERT INTO user_info (username, username_key, password, fullname)"
        with engine.begin() as connection:
            connection.execute(text(f"{insertion} VALUES (:name, :key, :hash, :full)"), rows)
        return self.keys(engine)

    def keys(self, engine: Engine) -> list[Any]:
        with engine.connect() as connection:
            return list(connection.execute(text("SELECT username, username_key FROM user_info ORDER BY id")))

    async def test_get_new_keys_and_other_names_do_not(self, empty_database_url: str, engine: Engine) -> None:
        before = self.fill(engine)
        await migrate_at(empty_database_url)
        assert self.keys(engine) == [(name, "xop" if name == "хор" else key) for name, key in before]

    async def test_stop_the_migration_before_any_change_where_two_are_one(
        self, empty_database_url: str, engine: Engine
    ) -> None:
        before = self.fill(engine, "ѕсоре", "ор", "ορ")
        with pytest.raises(UnsupportedSchema) as refusal:
            await migrate_at(empty_database_url)
        assert "'scope' (id 1) and '\\u0455\\u0441\\u043e\\u0440\\u0435' (id 6)" in str(refusal.value)
        assert "'\\u043e\\u0440' (id 7) and '\\u03bf\\u03c1' (id 8)" in str(refusal.value)
        assert "ann" not in str(refusal.value)
        assert self.keys(engine) == before


LATER_COLUMNS = {"unique ['seq']"}
"""Rules about columns that an older version does not know, and so leaves NULL."""


class TestRollingUpgrade:
    """Old and new run side by side on the newest schema: a migration may expand, and not contract."""

    async def test_leaves_each_version_its_tables_and_adds_no_rule_to_them(
        self, empty_database_url: str, engine: Engine
    ) -> None:
        earlier = {}
        for revision in IN_ORDER:
            migrate_to(revision, engine)
            earlier[revision] = described(engine)
        await migrate_at(empty_database_url)
        after, rules_after = described(engine)
        for revision, (before, rules_before) in earlier.items():
            with row(revision):
                for table, columns in before.items():
                    for name, (kind, _) in columns.items():
                        assert after[table][name][0] == kind, f"{table}.{name} is another one"
                    for name in after[table].keys() - columns.keys():
                        assert after[table][name][1], f"{table}.{name}: that version cannot insert a row"
                added = {
                    table: rules_after[table] - rules - LATER_COLUMNS for table, rules in rules_before.items()
                }
                assert added == {table: set() for table in before}


def described(engine: Engine) -> tuple[dict[str, dict[str, tuple[str, bool]]], dict[str, set[str]]]:
    inspector = inspect(engine)  # it keeps what both ask for
    return schema_of(inspector), rules_of(inspector)


def schema_of(inspector: Inspector) -> dict[str, dict[str, tuple[str, bool]]]:
    """Return the type of each column, and whether a row may be inserted without it."""
    return {
        table: {
            column["name"]: (
                str(column["type"]),
                bool(column["nullable"] or column["default"] or column.get("identity")),
            )
            for column in columns
        }
        for (_, table), columns in inspector.get_multi_columns().items()
    }


def rules_of(inspector: Inspector) -> dict[str, set[str]]:
    """Return what the tables refuse: duplicates, strangers, values."""
    columns, indexes = inspector.get_multi_columns(), inspector.get_multi_indexes()
    unique, keys = inspector.get_multi_unique_constraints(), inspector.get_multi_foreign_keys()
    checks = inspector.get_multi_check_constraints()
    return {
        table[1]: {
            *(f"unique {each['column_names']}" for each in unique[table]),
            *(f"unique {each['column_names']}" for each in indexes[table] if each["unique"]),
            *(f"references {each['constrained_columns']}" for each in keys[table]),
            *(f"check {each['sqltext']}" for each in checks[table]),
            *(f"not null {column['name']}" for column in columns[table] if not column["nullable"]),
        }
        for table in columns
    }


@cache
def made_by_each_migration() -> dict[str, set[str]]:
    """Return the names of the tables that each migration makes, in the order of the migrations."""
    made: dict[str, set[str]] = {}
    engine = create_engine("sqlite://", poolclass=StaticPool)
    for revision in IN_ORDER:
        before = set(inspect(engine).get_table_names())
        migrate_to(revision, engine)
        made[revision] = set(inspect(engine).get_table_names()) & metadata.tables.keys() - before
    engine.dispose()
    return made | {IN_ORDER[0]: made[IN_ORDER[0]] - {"user_info"}}  # a table of the tutorial is adopted

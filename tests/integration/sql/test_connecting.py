"""Connections to PostgreSQL: reasons of failure, choice of the server, and session parameters."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from secrets import token_hex
from types import MappingProxyType

import httpx2
import psycopg
import pytest
from faults.proxy import Proxy
from sqlalchemy import URL, make_url, text
from tests.builders import a_name, a_new_user, a_username
from tests.harness.commands import fastauth, use
from tests.harness.databases import AUDIT_COLUMNS, create_database, username_key_of
from tests.harness.postgres import PostgresServer
from tests.harness.service import is_unavailable

from fastauth.adapters.sql import OPERATOR_DEADLINE, Database, SqlUserRepository, UnsupportedSchema, migrate
from fastauth.domain.errors import StorageUnavailable
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.app import create_app
from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.settings.database_url import parse_database_url
from fastauth.entrypoints.startup import shut_down, start_up, start_up_with_warnings

PASSWORD = "canary-of-the-role"
MAX_SECONDS = 60.0  # for what takes a fraction of a second


class Roles:
    """Creates databases and roles on a server, and drops them in the end."""

    def __init__(self, server: PostgresServer, template: str = "template1") -> None:
        self._address = server.url
        self.url = make_url(server.url).set(drivername="postgresql")
        self._template = template
        self._drops: list[str] = []

    def run(self, statement: str, *, database: str | None = None) -> None:
        url = self.url.set(database=database) if database else self.url
        with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
            connection.execute(statement.encode())

    def database(self) -> str:
        """Create an empty database."""
        return self._created("template1")

    def migrated_database(self) -> str:
        return self._created(self._template)

    def _created(self, template: str) -> str:
        name = f"fastauth_test_{token_hex(6)}"
        with psycopg.connect(self._address, autocommit=True) as connection:
            create_database(connection, name, template)
        self._drops.append(f"DROP DATABASE {name} WITH (FORCE)")
        return name

    def role(self, options: str = "LOGIN") -> str:
        name = f"fastauth_test_{token_hex(6)}"
        self.run(f"CREATE ROLE {name} {options} PASSWORD '{PASSWORD}'")
        self._drops.append(f"DROP ROLE {name}")
        return name

    def close(self) -> None:
        for statement in self._drops:  # databases first, because roles own objects in them
            if statement.startswith("DROP DATABASE"):
                self.run(statement)
        for statement in self._drops:
            if statement.startswith("DROP ROLE"):
                self.run(statement)


@pytest.fixture
def roles(postgres: PostgresServer, postgres_template: str) -> Iterator[Roles]:
    roles = Roles(postgres, postgres_template)
    yield roles
    roles.close()


@asynccontextmanager
async def connected(
    url: URL | str, *, pool_size: int = 10, deadline: float = OPERATOR_DEADLINE
) -> AsyncIterator[Database]:
    text = url if isinstance(url, str) else url.render_as_string(hide_password=False)
    database = Database(parse_database_url(text), pool_size=pool_size, deadline=deadline)
    yield database
    await database.close()


async def failure_reason(url: URL | str, *, deadline: float = MAX_SECONDS) -> str:
    """Return the reason for which the database at this URL cannot be used."""
    async with connected(url) as database:
        with pytest.raises(StorageUnavailable) as refusal:
            await database.check(deadline=deadline)
        assert "\n" not in refusal.value.reason
        return refusal.value.reason


async def add(database: Database) -> None:
    users = SqlUserRepository(connections=database.autocommit, audit_columns=AUDIT_COLUMNS)
    await users.add(a_new_user())


async def add_with_retries(database: Database) -> None:
    async with asyncio.timeout(MAX_SECONDS):
        while True:
            try:
                return await add(database)
            except StorageUnavailable:
                await asyncio.sleep(0.01)


async def port_of(database: Database) -> int:
    """Return the port of the server that the pool is connected to."""
    async with database.engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver
        port: int = driver.info.port
        return port


@contextmanager
def listening(answer: bytes | None = None) -> Iterator[int]:
    """Yield a port whose server accepts connections, sends nothing or `answer`, and then closes."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        if answer is None:
            yield server.getsockname()[1]
            return

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(8)
            writer.write(answer)
            writer.close()

        loop = asyncio.get_running_loop()
        task = loop.create_task(asyncio.start_server(serve, sock=server))
        try:
            yield server.getsockname()[1]
        finally:
            task.cancel()


class TestConnectError:
    async def test_reason_names_what_the_operator_must_change(self, roles: Roles) -> None:
        database, role = roles.database(), roles.role()
        url = roles.url.set(database=database, username=role, password=PASSWORD)
        closed = roles.database()
        roles.run(f"REVOKE CONNECT ON DATABASE {closed} FROM public")
        for changed, expected in [
            (url.set(password="wrong"), "rejects the user or the password"),
            (url.set(username="nobody_of_this_name"), "rejects the user or the password"),
            (url.set(username=roles.role("NOLOGIN")), "not allowed to log in"),
            (url.set(username=roles.role("LOGIN CONNECTION LIMIT 0")), "connection limit"),
            (url.set(database="none_of_this_name"), "database does not exist"),
            (url.set(database=closed), "GRANT CONNECT"),
            (url.set(port=1), "no server listens"),
            (url.set(host="nosuch.invalid"), "(DNS)"),
            (url.update_query_dict({"sslmode": "require"}), "TLS"),
            (url.update_query_dict({"sslmode": "none-such"}), "invalid value"),
            (url.update_query_dict({"options": "-cno_such_setting=1"}), "?options="),
            (URL.create("postgresql", database="d", query={"host": "/nonexistent"}), "socket"),
        ]:
            reason = await failure_reason(changed)
            assert expected in reason, changed
            assert PASSWORD not in reason

    async def test_server_that_is_not_postgres(self) -> None:
        with listening(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
            assert "not PostgreSQL" in await failure_reason(f"postgresql://u:p@127.0.0.1:{port}/d")

    async def test_server_that_does_not_answer(self) -> None:
        with listening() as port:
            url = f"postgresql://u:p@127.0.0.1:{port}/d"
            assert "did not answer in time" in await failure_reason(url, deadline=0.1)

    def test_commands_print_the_reason_in_one_line(
        self, roles: Roles, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        url = roles.url.set(database="none_of_this_name").render_as_string(hide_password=False)
        use(monkeypatch, tmp_path, url)
        for command in (["migrate"], ["serve"], ["users", "list"], ["keys", "list"]):
            result = fastauth(*command)
            assert result.exit_code == 1
            line = result.output.splitlines()[-1]
            assert line.startswith("fastauth: the database cannot be used: the database does not exist")


class TestPermissions:
    def test_migration_without_create_privilege_names_the_grant(
        self, roles: Roles, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        database, role = roles.database(), roles.role()
        roles.run("REVOKE CREATE ON SCHEMA public FROM public", database=database)
        url = roles.url.set(database=database, username=role, password=PASSWORD)
        use(monkeypatch, tmp_path, url.render_as_string(hide_password=False))
        for command in ("migrate", "serve"):
            line = fastauth(command).output.splitlines()[-1]
            assert line.startswith("fastauth: The role may not change the schema")
            assert f'GRANT USAGE, CREATE ON SCHEMA "public" TO "{role}"' in line

    async def test_migration_without_a_schema_in_search_path(self, roles: Roles) -> None:
        url = roles.url.set(database=roles.database())
        async with connected(url.update_query_dict({"options": "-csearch_path=auth"})) as refused:
            with pytest.raises(UnsupportedSchema, match="CREATE SCHEMA"):
                await migrate(refused, username_key_of=username_key_of)

    async def test_grants_in_the_reason_are_enough_to_serve(self, roles: Roles) -> None:
        database, role = roles.migrated_database(), roles.role()
        url = roles.url.set(database=database).set(username=role, password=PASSWORD)
        reason = await failure_reason(url)
        assert f'IN SCHEMA "public" TO "{role}"' in reason
        for statement in reason.partition("runs: ")[2].split(";"):
            roles.run(statement.partition(" (")[0], database=database)
        async with connected(url) as served:
            await served.check()
            await add(served)

    async def test_privileges_revoked_while_serving_answer_503(
        self, roles: Roles, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.WARNING, logger="fastauth.database")  # a command may have raised it
        database, role = roles.migrated_database(), roles.role()
        roles.run(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}", database=database)
        roles.run(f"GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {role}", database=database)
        url = roles.url.set(database=database, username=role, password=PASSWORD)
        container = Container(settings=Settings(database_url=url))
        await start_up(container)
        try:
            transport = httpx2.ASGITransport(create_app(container), client=("192.0.2.1", 1))
            async with httpx2.AsyncClient(transport=transport, base_url="http://fastauth") as client:
                roles.run(f"REVOKE ALL ON user_info, session FROM {role}", database=database)
                body = {"username": "ann", "password": "x"}
                assert is_unavailable(await client.post("/sessions", json=body))
                assert (await client.get("/health/ready")).status_code == 503
        finally:
            await shut_down(container)
        assert f'TO "{role}"' in caplog.text
        assert "Traceback" not in caplog.text


class TestSession:
    HOSTILE = MappingProxyType(
        {
            "DateStyle": "German, DMY",
            "IntervalStyle": "iso_8601",
            "TimeZone": "Asia/Kathmandu",
            "client_encoding": "LATIN1",
            "standard_conforming_strings": "off",
            "bytea_output": "escape",
            "extra_float_digits": "-15",
            "transform_null_equals": "on",
            "default_transaction_isolation": "serializable",
            "default_transaction_deferrable": "on",
            "synchronous_commit": "off",
            "statement_timeout": "1min",  # a shorter one might end the statements of this test
            "lock_timeout": "1min",
            "idle_in_transaction_session_timeout": "1min",
        }
    )

    async def test_session_parameters_override_defaults_of_the_role(self, roles: Roles) -> None:
        database, role = roles.database(), roles.role()
        roles.run(f"ALTER DATABASE {database} OWNER TO {role}")
        for name, value in self.HOSTILE.items():
            roles.run(f"ALTER ROLE {role} SET {name} = '{value}'")
        url = roles.url.set(database=database, username=role, password=PASSWORD)
        async with connected(url) as hostile:
            await migrate(hostile, username_key_of=username_key_of)
            await hostile.check()
            await add(hostile)
            found = {
                name: (await hostile.autocommit.execute(text(f"SHOW {name}"))).scalar()
                for name in self.HOSTILE
            }
            assert found == {
                "DateStyle": "ISO, MDY",
                "IntervalStyle": "postgres",
                "TimeZone": "UTC",
                "client_encoding": "UTF8",
                "standard_conforming_strings": "on",
                "bytea_output": "hex",
                "extra_float_digits": "1",
                "transform_null_equals": "off",
                "default_transaction_isolation": "read committed",
                "default_transaction_deferrable": "off",
                "synchronous_commit": "on",
                "statement_timeout": "1min",
                "lock_timeout": "0",
                "idle_in_transaction_session_timeout": "5s",
            }
            assert (await hostile.now()).tzinfo is not None

    async def test_statement_timeout_is_shorter_than_the_deadline(self, roles: Roles) -> None:
        for deadline, timeout in ((2.5, "2s"), (OPERATOR_DEADLINE, "1min")):
            async with connected(roles.url, deadline=deadline) as database:
                assert (await database.autocommit.execute(text("SHOW statement_timeout"))).scalar() == timeout

    async def test_session_parameters_override_the_environment(
        self, roles: Roles, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        environment = {"PGDATESTYLE": "German", "PGTZ": "Asia/Kathmandu", "PGCLIENTENCODING": "LATIN1"}
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        async with connected(roles.url.set(database=roles.migrated_database())) as database:
            await add(database)
            assert (await database.now()).tzinfo is not None


class TestReadOnlyServer:
    async def test_pooled_connection_is_closed_after_a_rejected_write(self, roles: Roles) -> None:
        database, role = roles.migrated_database(), roles.role("LOGIN SUPERUSER")
        url = roles.url.set(database=database, username=role, password=PASSWORD)
        roles.run(f"ALTER ROLE {role} SET default_transaction_read_only = on")  # like a standby
        assert "read-only" in await failure_reason(url)
        async with connected(url) as served:
            with pytest.raises(StorageUnavailable) as refusal:
                await add(served)
            assert "read-only" in refusal.value.reason
            roles.run(f"ALTER ROLE {role} RESET default_transaction_read_only")  # like a primary
            await add(served)

    async def test_migration_reports_it_in_one_line(self, roles: Roles) -> None:
        url = roles.url.set(database=roles.database())
        read_only = url.update_query_dict({"options": "-cdefault_transaction_read_only=on"})
        async with connected(read_only) as served:
            with pytest.raises(StorageUnavailable) as refusal:
                await migrate(served, username_key_of=username_key_of)
        assert "read-only" in refusal.value.reason


class TestSeveralServers:
    async def test_unresponsive_servers_do_not_delay_a_connection(self, roles: Roles) -> None:
        url = roles.url.set(database=roles.migrated_database())
        port = url.port or 5432
        with listening() as hung, listening() as hung_too:
            ports = [hung, hung_too, 1, port]
            servers = ",".join(f"127.0.0.1:{each}" for each in ports)
            whole = f"postgresql://{url.username}:{url.password}@{servers}/{url.database}"
            async with connected(whole, deadline=MAX_SECONDS) as database:
                await database.check(deadline=MAX_SECONDS)
                await add(database)

    async def test_read_only_servers_are_skipped(self, roles: Roles) -> None:
        database, role = roles.database(), roles.role()
        roles.run(f"ALTER ROLE {role} SET default_transaction_read_only = on")
        port = roles.url.port
        url = f"postgresql://{role}:{PASSWORD}@127.0.0.1:{port},127.0.0.1:1/{database}"
        reason = await failure_reason(url)
        assert "none of 2 servers can be used" in reason
        assert "read-only" in reason
        assert "no server listens" in reason

    async def test_failover_to_the_server_that_answers(self, roles: Roles) -> None:
        url = roles.url.set(database=roles.migrated_database())
        port = url.port or 5432
        with Proxy(port) as first, Proxy(port) as second:
            servers = f"127.0.0.1:{first.port},127.0.0.1:{second.port}"
            whole = f"postgresql://{url.username}:{url.password}@{servers}/{url.database}"
            async with connected(whole, pool_size=3, deadline=0.5) as database:
                used = first if await port_of(database) == first.port else second
                used.stall()
                with pytest.raises(StorageUnavailable):
                    await add(database)
                await database.check(deadline=MAX_SECONDS)
                await add_with_retries(database)
                used.resume()


class TestPreparedStatements:
    async def test_lost_prepared_statement_disables_them(self, roles: Roles) -> None:
        async with connected(roles.url.set(database=roles.migrated_database()), pool_size=1) as database:
            for _ in range(10):  # psycopg prepares a statement after five executions
                await add(database)
            lose = "DO $$ BEGIN EXECUTE 'DEALLOCATE ALL'; END $$"  # psycopg does not notice this
            await database.autocommit.execute(text(lose))
            with pytest.raises(StorageUnavailable) as refusal:
                await add(database)
            assert "FASTAUTH_DATABASE_PREPARED_STATEMENTS=off" in refusal.value.reason
            for _ in range(10):
                await add(database)
            count = text("SELECT count(*) FROM pg_prepared_statements")
            assert (await database.autocommit.execute(count)).scalar() == 0


class TestSynchronousCommit:
    async def test_waiting_commits_do_not_use_up_connections(self, mortal_postgres: PostgresServer) -> None:
        pool_size, name = 4, a_name()
        server = Roles(mortal_postgres)
        url = server.url.update_query_dict({"application_name": name})
        async with connected(url, pool_size=pool_size, deadline=2) as database:
            await migrate(database, username_key_of=username_key_of)
            server.run("ALTER SYSTEM SET synchronous_standby_names = 'missing'")
            server.run("SELECT pg_reload_conf()")
            first = asyncio.create_task(add(database))
            async with asyncio.timeout(MAX_SECONDS):
                while not await waiting_commits(database):
                    if first.done():  # the server had not reloaded its configuration
                        first = asyncio.create_task(add(database))
            reads = database.autocommit.within(MAX_SECONDS)
            users = SqlUserRepository(connections=reads, audit_columns=AUDIT_COLUMNS)
            for _ in range(3):
                answers = await asyncio.gather(*(add(database) for _ in range(20)), return_exceptions=True)
                assert {type(answer) for answer in answers} == {StorageUnavailable}
                assert await users.find(a_username(a_name())) is None
                await database.check(deadline=MAX_SECONDS)
                async with asyncio.timeout(
                    MAX_SECONDS
                ):  # the server notices closed connections a moment later
                    while await connections_of(database, name) > pool_size:
                        pass
            with pytest.raises(StorageUnavailable):
                await first
            assert await waiting_commits(database) == pool_size - 2
            server.run("ALTER SYSTEM RESET synchronous_standby_names")
            server.run("SELECT pg_reload_conf()")
            await add_with_retries(database)


async def waiting_commits(database: Database) -> int:
    count = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
    return int((await database.probes.execute(text(count))).scalar_one())


async def connections_of(database: Database, name: str) -> int:
    """Return the number of connections on the server with this name, without the one that counts."""
    count = "SELECT count(*) FROM pg_stat_activity WHERE application_name = :name AND pid <> pg_backend_pid()"
    return int((await database.probes.execute(text(count), {"name": name})).scalar_one())


class TestServerState:
    async def test_attributes_and_connection_limit_of_the_role(self, roles: Roles) -> None:
        expected: dict[str, tuple[tuple[str, ...], int | None]] = {
            "LOGIN": ((), None),
            "LOGIN CONNECTION LIMIT 7": ((), 7),
            "LOGIN CREATEROLE BYPASSRLS": (("CREATEROLE", "BYPASSRLS"), None),
            "LOGIN SUPERUSER REPLICATION": (("SUPERUSER", "REPLICATION"), None),
        }
        name = roles.database()
        with psycopg.connect(roles.url.render_as_string(hide_password=False)) as superuser:
            found = superuser.execute(
                "SELECT current_setting('max_connections')::int"
                " - current_setting('superuser_reserved_connections')::int"
                " - coalesce(current_setting('reserved_connections', true)::int, 0)"
            ).fetchone()
        assert found
        for options, (attributes, limit) in expected.items():
            url = roles.url.set(username=roles.role(options), password=PASSWORD, database=name)
            async with connected(url) as database:
                server = await database.server()
            assert server
            assert (server.attributes, server.connections) == (attributes, limit or found[0]), options
            assert not server.pooled
        roles.run(f"ALTER DATABASE {name} CONNECTION LIMIT 5")
        async with connected(url.set(username=roles.role())) as database:
            server = await database.server()
        assert server
        assert server.connections == 5

    async def test_standbys_and_synchronous_commit(self, roles: Roles) -> None:
        """A replication connection takes the part of a standby."""
        name = roles.database()
        url = roles.url.set(username=roles.role(), password=PASSWORD, database=name)
        address = roles.url.set(database=name).render_as_string(hide_password=False)
        async with connected(url) as database:
            before = await database.server()
            with psycopg.connect(f"{address}{'&' if '?' in address else '?'}replication=database"):
                during = await database.server()
        assert before
        assert during
        assert (before.standbys + 1, before.synchronous) == (during.standbys, during.synchronous)
        assert not during.synchronous

    async def test_none_for_sqlite(self, tmp_path: Path) -> None:
        async with connected(f"sqlite:///{tmp_path}/a.db") as database:
            assert await database.server() is None

    async def test_privileged_role_is_a_warning_at_the_start(self, roles: Roles) -> None:
        url = roles.url.set(
            username=roles.role("LOGIN SUPERUSER"), password=PASSWORD, database=roles.migrated_database()
        )
        given = {
            "mode": "production",
            "issuer": "https://auth.example",
            "secret_key": token_hex(32),
            "database_url": url.render_as_string(hide_password=False),
            "database_private_network": True,
        }
        container = Container(settings=Settings.model_validate(given))
        warnings = await start_up_with_warnings(container)
        await shut_down(container)
        assert [each.split(":")[0] for each in warnings] == ["database privileges"]
        assert PASSWORD not in warnings[0]

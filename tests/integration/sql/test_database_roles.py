"""The two roles of deploy/postgres: one runs migrations, the other the service."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url
from tests.harness.databases import connect
from tests.harness.in_process import run_fastauth
from tests.harness.local_service import LocalService
from tests.harness.postgres import PostgresServer
from tests.harness.service import environment

from fastauth.adapters.sql import SqlEventNumbering, SqlExpiredRows
from fastauth.adapters.sql.database.schema_check import PRIVILEGES
from fastauth.adapters.sql.database.types import metadata
from fastauth.domain.audit.trail import Retention
from fastauth.domain.errors import StorageUnavailable
from fastauth.domain.operations.purges import Expired
from fastauth.entrypoints.settings import Settings

HERE = Path(__file__).parents[3] / "deploy/postgres"
ANN = {"username": "ann", "password": "sntsh"}


@dataclass(frozen=True)
class Roles:
    """The URLs of one migrated database, for both roles."""

    migrate: str
    serve: str


@pytest.fixture(scope="module")
def roles(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Roles]:
    """Run the two SQL files with names of their own, because roles belong to the whole server."""
    name, password = f"fastauth_test_{token_hex(4)}", token_hex(16)
    urls = [
        make_url(postgres.url).set(username=f"{name}_{role}", password=password, database=name)
        for role in ("migrate", "serve")
    ]
    roles = Roles(*(url.render_as_string(hide_password=False) for url in urls))
    with psycopg.connect(postgres.url, autocommit=True) as superuser:
        try:
            for statement in statements("roles.sql", name):
                superuser.execute(re.sub(r":'\w+_password'", f"'{password}'", statement).encode())
            settings, directory = environment(roles.migrate), tmp_path_factory.mktemp("roles")
            assert run_fastauth("migrate", settings=settings, directory=directory).exit_code == 0
            for _ in range(2):  # running it twice is allowed
                with psycopg.connect(roles.migrate, autocommit=True) as owner:
                    for statement in statements("grants.sql", name):
                        owner.execute(statement.encode())
            yield roles
        finally:
            superuser.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            for role in ("migrate", "serve"):
                superuser.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(f"{name}_{role}")))


def statements(file: str, name: str) -> list[str]:
    text = re.sub(r"--.*", "", (HERE / file).read_text())
    text = re.sub(r"\bfastauth(_migrate|_serve)?\b", lambda found: name + (found[1] or ""), text)
    return [statement for statement in text.split(";") if statement.strip()]


class TestServingRole:
    def test_grants_cover_every_table(self) -> None:
        granted = re.findall(r"\bON ([\w, ]+) TO", (HERE / "grants.sql").read_text())
        assert set(metadata.tables) <= {table.strip() for tables in granted for table in tables.split(",")}

    async def test_check_detects_each_missing_privilege(self, roles: Roles) -> None:
        assert set(PRIVILEGES) == set(metadata.tables)
        needed = [*((table, each) for table in PRIVILEGES for each in PRIVILEGES[table].split())]
        role, database = make_url(roles.serve).username, connect(roles.serve)
        try:
            with psycopg.connect(roles.migrate, autocommit=True) as owner:
                for table, privilege in [*needed, ("fastauth_migration", "SELECT")]:
                    owner.execute(f"REVOKE {privilege} ON {table} FROM {role}".encode())
                    with pytest.raises(StorageUnavailable) as unfit:
                        await database.check()
                    assert "GRANT" in unfit.value.reason, f"{privilege} on {table}"
                    owner.execute(f"GRANT {privilege} ON {table} TO {role}".encode())
                    await database.check()
        finally:
            await database.close()
            with psycopg.connect(roles.migrate, autocommit=True) as owner:
                owner.execute(f"REVOKE UPDATE ON event FROM {role}".encode())
                for statement in statements("grants.sql", str(make_url(roles.serve).database)):
                    owner.execute(statement.encode())

    def test_serving_role_can_run_the_service(self, roles: Roles) -> None:
        with LocalService(roles.serve) as service, service.client() as client:
            assert client.get("/health/ready").status_code == 200
            assert client.post("/users/register", json=ANN | {"fullname": "Ann"}).status_code == 201
            tokens = client.post("/sessions", json=ANN).json()
            refreshed = client.post("/sessions/refresh", json={"refresh_token": tokens["refresh_token"]})
            bearer = {"Authorization": f"Bearer {refreshed.json()['access_token']}"}
            new = {"current_password": ANN["password"], "new_password": "another"}
            assert client.put("/users/me/password", json=new, headers=bearer).status_code == 204
            assert client.delete("/sessions", headers=bearer).status_code == 204
            assert client.post("/sessions", json=ANN).status_code == 401

    def test_serving_role_cannot_change_tables(self, roles: Roles) -> None:
        with psycopg.connect(roles.serve, autocommit=True) as serving:
            for statement in (
                "CREATE TABLE mine (a int)",
                "ALTER TABLE user_info ADD COLUMN a int",
                "DROP TABLE session",
                "UPDATE fastauth_migration SET version_num = '9999'",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    serving.execute(statement.encode())

    async def test_audit_trail_is_append_only(self, roles: Roles) -> None:
        settings, now = Settings(), datetime.now(UTC)
        kept = Retention(
            events=timedelta(days=settings.audit_retention_days),
            addresses=timedelta(days=settings.audit_address_retention_days),
        )
        ages = {"new": 1, "without its address": 31, "gone": 366}
        with psycopg.connect(roles.serve, autocommit=True) as serving:
            for kind, days in ages.items():
                serving.execute(
                    "INSERT INTO event (at, kind, address) VALUES (%s, %s, '192.0.2.1')",
                    (now - timedelta(days=days), kind),
                )
            for forbidden in ("UPDATE event SET kind = 'x'", "UPDATE event SET at = now()", "TRUNCATE event"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    serving.execute(forbidden.encode())
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                serving.execute("UPDATE event SET address = '203.0.113.1' WHERE kind = 'without its address'")
            for forbidden in (
                "UPDATE event SET address = NULL WHERE kind = 'new'",
                "UPDATE event SET address = NULL, seq = 7 WHERE kind = 'new'",
                "UPDATE event SET address = '203.0.113.1', seq = 7 WHERE kind = 'new'",
                "UPDATE event SET seq = 0 WHERE kind = 'new'",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    serving.execute(forbidden.encode())
        database = connect(roles.serve)
        try:
            assert await SqlEventNumbering(connections=database.autocommit).number(limit=500) >= len(ages)
        finally:
            await database.close()
        with psycopg.connect(roles.serve, autocommit=True) as serving:
            for change in (
                "UPDATE event SET address = NULL WHERE kind = 'new'",
                "UPDATE event SET seq = 8 WHERE kind = 'new'",
            ):
                assert serving.execute(change.encode()).rowcount == 0
            assert serving.execute("DELETE FROM event WHERE kind = 'new'").rowcount == 0
        database = connect(roles.serve)
        try:
            expired_rows = SqlExpiredRows(connections=database.autocommit)
            for each, age in ((Expired.EVENTS, kept.events), (Expired.EVENT_ADDRESSES, kept.addresses)):
                assert await expired_rows.purge(each, before=now - age, limit=100) == 1
        finally:
            await database.close()
        with psycopg.connect(roles.serve) as serving:
            rows = serving.execute("SELECT kind, address FROM event WHERE kind = ANY(%s)", (list(ages),))
            assert sorted(rows) == [("new", "192.0.2.1"), ("without its address", None)]

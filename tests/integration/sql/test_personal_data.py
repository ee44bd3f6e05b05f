"""Canaries in every personal column: exported to their person alone, and gone after the erasure."""

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import Any

import pytest
from sqlalchemy import (
    BigInteger,
    BindParameter,
    Boolean,
    Column,
    Connection,
    Integer,
    LargeBinary,
    Table,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.sql.visitors import cloned_traverse
from tests.application import A_DEVICE
from tests.builders import a_name

from fastauth.adapters.sql import Database
from fastauth.adapters.sql.database.types import UtcDateTime, metadata
from fastauth.adapters.sql.events.tables import event
from fastauth.adapters.sql.personal_data.reader import SqlPersonalDataReader
from fastauth.adapters.sql.personal_data.statements import clearing, clearing_again
from fastauth.domain.accounts.user import UserId
from fastauth.domain.audit.event import EventType
from fastauth.domain.audit.trail import AuditFilter
from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.personal_data.column import Cleared, DataClass, Deleted
from fastauth.domain.personal_data.erasure import ErasureTerms
from fastauth.domain.personal_data.register import REGISTER
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.settings import Settings

OF_PERSONS = [table for table in REGISTER if table.subject]


@pytest.fixture
async def container(database: Database) -> AsyncIterator[Container]:
    settings = Settings(
        secret_key="the secret key of the tests, 32 bytes",  # type: ignore[arg-type]  # pydantic reads it
        rate_limits=False,
        argon2_memory_kib=64,
        argon2_time_cost=1,
    )
    container = Container(settings=settings, database=database)
    await container.rotate_keys()()
    yield container
    container.hashing_pool().close()


class Canary:
    """Makes values that occur nowhere else in the database."""

    def __init__(self) -> None:
        self.text = f"canary{token_hex(6)}"
        self._second = int(token_hex(3), 16) % 80_000_000
        self.planted: dict[str, object] = {}

    def value(self, table: Table, column: Column[Any], user_id: int) -> object:
        """Return a value for a column; ``None`` if the database makes it."""
        name = f"{table.name}.{column.name}"
        keys = {key.target_fullname for key in column.foreign_keys}
        if "user_info.id" in keys or name == "event.user_id":
            return user_id
        if keys or name == "event.kind":
            return {"user_role.role": "auditor", "event.kind": "passkey_added"}[name]
        if column.primary_key and isinstance(column.type, Integer | BigInteger):
            return None
        match column.type:
            case UtcDateTime():
                self._second += 1
                value: object = datetime(1971, 1, 1, tzinfo=UTC) + timedelta(seconds=self._second)
            case Boolean():
                value = True
            case LargeBinary():
                value = f"{self.text} {name}".encode()
            case Integer() | BigInteger():
                value = 1
            case _:
                value = f"{self.text} {name}"
        self.planted[name] = value
        return value

    def traces(self) -> Iterator[str]:
        """Yield the texts by which a dump shows a value."""
        for value in self.planted.values():
            match value:
                case str():
                    yield value
                case bytes():
                    yield value.hex()
                case datetime():
                    yield f"{value:%Y-%m-%d %H:%M:%S}"


async def plant(database: Database, user_id: int) -> Canary:
    """Store a canary in every column of every table with rows of a person."""
    canary = Canary()
    for registered in OF_PERSONS:
        table = metadata.tables[registered.name]
        if table.name == "user_info":
            skipped = {"id", "session_epoch", "renames_paid_until"}
            values = {
                each.name: canary.value(table, each, user_id) for each in table.c if each.name not in skipped
            }
            await database.autocommit.execute(update(table).where(table.c.id == user_id).values(values))
            continue
        values = {each.name: canary.value(table, each, user_id) for each in table.c}
        if table is event:
            for name in ("actor", "client_id"):  # their values are read elsewhere
                del canary.planted[f"event.{name}"]
            values |= {"seq": 0, "actor": "client", "actor_id": None, "client_id": None}
        await database.autocommit.execute(
            insert(table).values({name: each for name, each in values.items() if each is not None})
        )
    return canary


async def dump(database: Database) -> str:
    """Return all values of all tables as text, also of tables that the code does not define."""
    if database.autocommit.dialect.name == "sqlite":
        file = database.engine.url.database or ""
        with sqlite3.connect(file) as connection:
            return "\n".join(connection.iterdump()).lower()
    names = await database.autocommit.execute(
        text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
    )
    found: list[str] = []
    for name in names.scalars().all():
        rows = await database.autocommit.execute(text(f'SELECT t::text FROM "{name}" AS t'))  # noqa: S608  a name of the schema
        found += rows.scalars().all()
    return "\n".join(found).lower()


async def register(container: Container) -> tuple[str, UserId]:
    name = a_name()
    user = await container.register_user()(username=name, password="sntsh", fullname="A", address=None)
    return name, user.id


async def erase(container: Container, user_id: UserId) -> bool:
    """Erase an account, whatever its username is."""
    closing = replace(container.closing(), terms=ErasureTerms(delay=timedelta(0)))
    async with container.unit_of_work().begin() as transaction:
        await closing.close(transaction, user_id, now=container.clock().now())
        await transaction.commit()
    return await container.erase_account()(user_id)


class TestErasure:
    async def test_leaves_no_canary(self, container: Container, database: Database) -> None:
        """R62 (CWE-212): of the rows that stay, only what the register keeps is left."""
        _, erased = await register(container)
        _, other = await register(container)
        canary, others = await plant(database, erased), await plant(database, other)
        columns = [(table, column) for table in OF_PERSONS for column in table.columns]
        personal = {
            f"{table.name}.{column.name}"
            for table, column in columns
            if column.data_class is not DataClass.INTERNAL
        }
        ids = {"event.user_id", "event.kind", "event.actor_id", "user_role.user_id", "user_role.role"}
        assert personal - ids <= canary.planted.keys()
        before = await dump(database)
        assert [each for each in canary.traces() if each not in before] == []

        assert await erase(container, erased)
        after = await dump(database)
        kept = {
            f"{table.name}.{column.name}"
            for table, column in columns
            if not isinstance(table.fate(column), Cleared | Deleted)
        }
        for name in kept & canary.planted.keys():
            del canary.planted[name]
        assert [each for each in canary.traces() if each in after] == []
        assert canary.text not in after.replace(f"{canary.text} event.session_id", "")
        assert [each for each in others.traces() if each not in after] == []
        assert await erase(container, other)

    async def test_clears_the_address_of_failed_log_ins_and_of_acts_on_others(
        self, container: Container, database: Database
    ) -> None:
        name, erased = await register(container)
        _, other = await register(container)
        address = f"canary-{token_hex(6)}"
        shared = {"at": datetime.now(UTC), "actor": "client", "address": address, "seq": 0}
        (digest,) = container.username_pseudonyms().candidates(
            (await container.find_user()(username=name)).username
        )
        for values in (
            {"kind": "user_disabled", "user_id": other, "actor_id": erased, "name_digest": None},
            {"kind": "login_failed", "user_id": None, "actor_id": None, "name_digest": digest},
        ):
            await database.autocommit.execute(insert(event).values(shared | values))
        await container.close_user()(username=name, at_once=True)
        assert address not in await dump(database)

    async def test_cuts_off_a_concurrent_log_in(self, container: Container, database: Database) -> None:
        """Log-ins that were verified before the erasure, and stored after it, get no session."""
        name, erased = await register(container)

        async def log_in() -> str:
            try:
                await container.log_in()(username=name, password="sntsh", client=A_DEVICE)
            except InvalidCredentials:
                return "refused"
            return "logged in"

        tasks = [asyncio.create_task(log_in()) for _ in range(16)]
        await asyncio.sleep(0)
        await container.close_user()(username=name, at_once=True)
        answers = await asyncio.gather(*tasks)
        assert set(answers) <= {"refused", "logged in"}
        session = metadata.tables["session"]
        left = await database.autocommit.execute(select(session.c.id).where(session.c.user_id == erased))
        assert left.all() == []

    async def test_of_an_imported_row(self, container: Container, database: Database) -> None:
        """An imported row has the hash of another application, and no session epoch."""
        name, erased = await register(container)
        user_info = metadata.tables["user_info"]
        values = {"password": "md5$x$y", "session_epoch": None}
        await database.autocommit.execute(update(user_info).where(user_info.c.id == erased).values(values))
        assert (await container.close_user()(username=name, at_once=True)).is_erased
        assert await container.users().get(erased) is None

    async def test_is_done_once(self, container: Container) -> None:
        """Of erasures of one account at once, one erases it, and of eight one records it."""
        name, erased = await register(container)
        await container.close_user()(username=name)
        pending = await container.erasures().withdraw(erased)
        assert pending
        await container.erasures().request(replace(pending, erase_at=pending.requested_at))
        done = await asyncio.gather(*(container.erase_account()(erased) for _ in range(8)))
        assert sorted(done) == [False] * 7 + [True]
        page = await container.audit_trail().page(AuditFilter(user_id=erased), before=None, limit=50)
        assert [each.event.type for each in page].count(EventType.USER_ERASED) == 1


class TestExport:
    async def test_has_every_column_of_the_person_alone(
        self, container: Container, database: Database
    ) -> None:
        _, person = await register(container)
        _, other = await register(container)
        own, others = await plant(database, person), await plant(database, other)
        tables = await SqlPersonalDataReader(connections=database.autocommit).read(person)
        for table in OF_PERSONS:
            exported = {column.name for column in table.columns if column.exported}
            if not exported:
                continue
            assert set(tables[table.name][-1]) == exported, table.name
            for name in exported & {each.partition(".")[2] for each in own.planted}:
                planted = own.planted.get(f"{table.name}.{name}")
                if planted is not None:
                    assert planted in [row[name] for row in tables[table.name]], f"{table.name}.{name}"
        assert others.text not in str(tables)
        hidden = [
            own.planted[f"{table.name}.{column.name}"]
            for table in OF_PERSONS
            for column in table.columns
            if not column.exported and isinstance(own.planted.get(f"{table.name}.{column.name}"), str | bytes)
        ]
        assert hidden
        assert [each for each in hidden if str(each) in str(tables)] == []
        assert await erase(container, person)
        assert await erase(container, other)

    async def test_hides_where_an_administrator_acted_from(
        self, container: Container, database: Database
    ) -> None:
        _, person = await register(container)
        _, admin = await register(container)
        shared = {"at": datetime.now(UTC), "actor": "client", "user_id": person, "seq": 0}
        for address, actor in (("192.0.2.66", admin), ("192.0.2.7", person), ("192.0.2.8", None)):
            await database.autocommit.execute(
                insert(event).values(
                    shared | {"kind": "user_disabled", "address": address, "actor_id": actor}
                )
            )
        rows = (await SqlPersonalDataReader(connections=database.autocommit).read(person))["event"]
        assert [row["address"] for row in rows if row["kind"] == "user_disabled"] == [
            None,
            "192.0.2.7",
            "192.0.2.8",
        ]


class TestPlans:
    async def test_no_statement_of_an_erasure_reads_the_whole_table(self, database: Database) -> None:
        """With a million events one took five seconds, in which no other request could write to SQLite."""
        dialect = database.autocommit.dialect
        for statement in (*clearing(), *clearing_again()):
            bound = cloned_traverse(statement, {}, {"bindparam": _with_value})
            sql = str(bound.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
            plan = await _plan(database, sql)
            assert re.search("event_user_id_at|event_actor_id|event_name_digest_at", plan), f"{sql}\n{plan}"


def _with_value(parameter: BindParameter[Any]) -> None:
    values: dict[str, object] = {
        "person": 1,
        "tried_names": [b"digest"],
        "erased_since": datetime.now(UTC),
    }
    if parameter.key in values:
        parameter.value, parameter.required = values[parameter.key], False


async def _plan(database: Database, sql: str) -> str:
    if database.autocommit.dialect.name == "sqlite":
        rows = await database.autocommit.execute(text(f"EXPLAIN QUERY PLAN {sql}"))
        return "\n".join(row.detail for row in rows)

    def explained(connection: Connection) -> str:  # an empty table is read as a whole, unless forbidden
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        with connection.begin_nested() as nested:
            # Of an empty table each index is as good, this one too, which has every event with an address.
            connection.execute(text("DROP INDEX event_address_at"))
            plan = "\n".join(connection.execute(text(f"EXPLAIN {sql}")).scalars())
            nested.rollback()
        return plan

    return await database.autocommit.run_in_transaction(explained)

"""How often a statement on SQLite wakes the thread of its connection."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiosqlite
import pytest
from sqlalchemy import Connection, exc, text
from tests.harness.databases import connect

from fastauth.adapters.sql import Database


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    made: list[str] = []
    execute = aiosqlite.Connection._execute  # noqa: SLF001  what each call goes through

    async def counted(
        self: aiosqlite.Connection, function: object, *arguments: object, **options: object
    ) -> object:
        made.append(str(function))
        return await execute(self, function, *arguments, **options)  # type: ignore[no-untyped-call]

    monkeypatch.setattr(aiosqlite.Connection, "_execute", counted)
    return made


@pytest.fixture
async def database(tmp_path: Path, calls: list[str]) -> AsyncIterator[Database]:
    database = connect(f"sqlite:///{tmp_path}/a.db")
    await database.autocommit.execute(text("CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT)"))
    calls.clear()
    yield database
    await database.close()


class TestCalls:
    @pytest.mark.parametrize(
        "statement",
        [
            "SELECT 1",
            "INSERT INTO item (name) VALUES ('a')",
            "INSERT INTO item (name) VALUES ('a') RETURNING id",
        ],
    )
    async def test_a_statement_is_one_call(
        self, database: Database, calls: list[str], statement: str
    ) -> None:
        await database.autocommit.execute(text(statement))
        assert len(calls) == 1

    async def test_a_statement_that_fails_is_one_call(self, database: Database, calls: list[str]) -> None:
        await database.autocommit.execute(text("INSERT INTO item VALUES (1, 'a')"))
        calls.clear()
        with pytest.raises(exc.IntegrityError):
            await database.autocommit.execute(text("INSERT INTO item VALUES (1, 'b')"))
        assert len(calls) == 1

    async def test_a_transaction_adds_its_begin_and_its_commit(
        self, database: Database, calls: list[str]
    ) -> None:
        def work(connection: Connection) -> None:
            connection.execute(text("INSERT INTO item (name) VALUES ('a')"))

        await database.autocommit.run_in_transaction(work)
        async with database.transactions.begin() as transaction:
            await transaction.run_in_transaction(work)
            await transaction.commit()
        assert len(calls) == 2 * 3
        assert await _names(database) == ["a", "a"]

    async def test_a_transaction_that_fails_is_rolled_back_by_one_call(
        self, database: Database, calls: list[str]
    ) -> None:
        def work(connection: Connection) -> None:
            connection.execute(text("INSERT INTO item VALUES (1, 'a')"))
            connection.execute(text("INSERT INTO item VALUES (1, 'b')"))

        with pytest.raises(exc.IntegrityError):
            await database.autocommit.run_in_transaction(work)
        assert len(calls) == 4
        assert await _names(database) == []

    async def test_a_transaction_without_a_commit_is_rolled_back(self, database: Database) -> None:
        async with database.transactions.begin() as transaction:
            await transaction.execute(text("INSERT INTO item (name) VALUES ('a')"))
        assert await _names(database) == []
        await database.autocommit.execute(text("INSERT INTO item (name) VALUES ('b')"))
        assert await _names(database) == ["b"]


async def _names(database: Database) -> list[str]:
    return list((await database.autocommit.execute(text("SELECT name FROM item"))).scalars())


class TestResults:
    async def test_rows_and_count(self, database: Database) -> None:
        def work(connection: Connection) -> tuple[int, int, list[tuple[int, str]]]:
            many = connection.execute(
                text("INSERT INTO item (name) VALUES (:name)"), [{"name": "a"}, {"name": "b"}, {"name": "c"}]
            )
            changed = connection.execute(text("UPDATE item SET name = 'd' WHERE id > 1"))
            rows = connection.execute(text("SELECT id, name FROM item ORDER BY id"))
            return many.rowcount, changed.rowcount, [(row.id, row.name) for row in rows]

        assert await database.autocommit.run_in_transaction(work) == (3, 2, [(1, "a"), (2, "d"), (3, "d")])

    async def test_rows_in_batches(self, database: Database) -> None:
        numbers = text(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 7) SELECT i FROM n"
        )

        def work(connection: Connection) -> list[int]:
            rows = connection.execute(numbers.execution_options(yield_per=3))
            return [number for batch in rows.scalars().partitions() for number in batch]

        assert await database.autocommit.run_in_transaction(work) == [1, 2, 3, 4, 5, 6, 7]

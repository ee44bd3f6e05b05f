"""The outbox in SQL keeps its contract, on SQLite and on PostgreSQL."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select
from tests.contracts.outbox.outbox_queue import LEASE, NOW, OutboxQueueContract
from tests.fakes import FakeSecretBox
from tests.harness.databases import AUDIT_COLUMNS, unit_of_work

from fastauth.adapters.sql import (
    Database,
    SqlExpiredRows,
    SqlOutboxQueue,
    SqlUnitOfWork,
    SqlUserRepository,
    outbox,
)
from fastauth.domain.outbox.message import OutboxKind
from fastauth.domain.outbox.ports import OutboxQueue


class TestSqlOutboxQueue(OutboxQueueContract):
    @pytest.fixture
    def users(self, database: Database) -> SqlUserRepository:
        return SqlUserRepository(connections=database.autocommit, audit_columns=AUDIT_COLUMNS)

    @pytest.fixture
    def box(self) -> FakeSecretBox:
        return FakeSecretBox()

    @pytest.fixture
    def unit_of_work(self, database: Database, box: FakeSecretBox) -> SqlUnitOfWork:
        return unit_of_work(database, box)

    @pytest.fixture
    def stored(self, database: Database) -> SqlOutboxQueue:
        self.database = database
        return SqlOutboxQueue(connections=database.autocommit)

    @pytest.fixture
    def expired_rows(self, database: Database) -> SqlExpiredRows:
        return SqlExpiredRows(connections=database.autocommit)

    async def sealed_of(self, entry_id: str, stored: OutboxQueue) -> str | None:
        async with self.database.engine.connect() as connection:
            rows = await connection.execute(select(outbox.c.sealed).where(outbox.c.id == entry_id))
            sealed: str | None = rows.scalar_one()
        return sealed


class TestUnitOfWork:
    async def test_wakes_the_relay_after_the_commit(self, database: Database) -> None:
        """Transactions without entries, and those that are rolled back, do not."""
        woken: list[int] = []
        begin = SqlUnitOfWork(
            transactions=database.transactions,
            audit_columns=AUDIT_COLUMNS,
            box=FakeSecretBox(),
            wake_relay=lambda: woken.append(1),
        ).begin
        async with begin() as transaction:
            await transaction.outbox.add(OutboxKind.MAIL, {}, user_id=None, now=NOW)
        async with begin() as transaction:
            await transaction.commit()
        assert woken == []
        async with begin() as transaction:
            await transaction.outbox.add(OutboxKind.MAIL, {}, user_id=None, now=NOW)
            await transaction.commit()
            assert woken == []
        assert woken == [1]


class TestClaim:
    async def test_of_nothing_is_one_statement_that_reads_an_index(self, database: Database) -> None:
        """SQLite runs a SELECT then, so it never waits for a writer."""
        ran: list[tuple[str, Any]] = []
        engine = database.autocommit.engine
        listener = lambda _c, _cursor, statement, values, *_: ran.append((statement, values))  # noqa: E731  removed by this name
        event.listen(engine, "before_cursor_execute", listener)
        queue = SqlOutboxQueue(connections=database.autocommit)
        long_ago = NOW - timedelta(days=365_000)
        assert await queue.claim(kinds=list(OutboxKind), now=long_ago, lease=LEASE, limit=10) == []
        event.remove(engine, "before_cursor_execute", listener)
        ((statement, values),) = ran
        is_sqlite = statement.startswith("SELECT")
        async with database.engine.connect() as connection:
            if not is_sqlite:
                await connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # the table is tiny
            plan = await connection.exec_driver_sql(
                f"EXPLAIN {'QUERY PLAN ' if is_sqlite else ''}{statement}", values
            )
            assert "outbox_due" in str(plan.all())
        assert is_sqlite is (engine.dialect.name == "sqlite")

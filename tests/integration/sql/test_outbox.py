"""The outbox in SQL keeps its contract, on SQLite and on PostgreSQL."""

import pytest
from sqlalchemy import select
from tests.contracts.outbox.outbox_queue import OutboxQueueContract
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

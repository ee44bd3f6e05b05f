"""Erasures on SQLite and PostgreSQL."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from tests.builders import an_erasure
from tests.contracts.personal_data.erasure_repository import NOW, ErasureRepositoryContract
from tests.harness.databases import unit_of_work
from tests.integration.sql.test_contracts import SqlFixtures

from fastauth.adapters.sql import (
    Database,
    SqlAuditTrail,
    SqlErasureRepository,
    SqlOutboxQueue,
    SqlUnitOfWork,
)
from fastauth.domain.accounts.user import User
from fastauth.domain.errors import StorageUnavailable
from fastauth.domain.outbox.message import OutboxKind


class TestSqlErasureRepository(SqlFixtures, ErasureRepositoryContract):
    @pytest.fixture
    def erasures(self, database: Database) -> SqlErasureRepository:
        return SqlErasureRepository(connections=database.autocommit)

    @pytest.fixture
    def unit_of_work(self, database: Database) -> SqlUnitOfWork:
        return unit_of_work(database)

    @pytest.fixture
    def outbox(self, database: Database) -> SqlOutboxQueue:
        return SqlOutboxQueue(connections=database.autocommit)

    @pytest.fixture
    def trail(self, database: Database) -> SqlAuditTrail:
        return SqlAuditTrail(connections=database.autocommit)

    async def test_row_of_an_account_that_was_erased_meanwhile(
        self, erasures: SqlErasureRepository, unit_of_work: SqlUnitOfWork, user: User
    ) -> None:
        """Such as the notice of an act that had read the account before. Its repetition finds no account."""
        await erasures.request(an_erasure(user.id, at=NOW))
        await self.erase(unit_of_work, user.id)
        with pytest.raises(StorageUnavailable) as refused:
            async with unit_of_work.begin() as transaction:
                await transaction.outbox.add(OutboxKind.NOTICE, {}, user_id=user.id, now=NOW)
        assert refused.value.reason.startswith("a row that the statement refers to was deleted meanwhile")

    async def test_deletion_that_a_foreign_key_refuses_is_no_outage(
        self, database: Database, unit_of_work: SqlUnitOfWork, user: User
    ) -> None:
        """It is of another application, and stays until an operator changes it."""
        async with database.engine.begin() as connection:
            await connection.execute(text("CREATE TABLE orders (buyer bigint REFERENCES user_info (id))"))
            await connection.execute(text("INSERT INTO orders VALUES (:buyer)"), {"buyer": user.id})
        try:
            with pytest.raises(IntegrityError):
                async with unit_of_work.begin() as transaction:
                    await transaction.erasures.delete_account(user.id, tried_names=())
        finally:
            async with database.engine.begin() as connection:
                await connection.execute(text("DROP TABLE orders"))

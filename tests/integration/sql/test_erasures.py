"""Erasures on SQLite and PostgreSQL."""

import pytest
from tests.contracts.personal_data.erasure_repository import ErasureRepositoryContract
from tests.harness.databases import unit_of_work
from tests.integration.sql.test_contracts import SqlFixtures

from fastauth.adapters.sql import (
    Database,
    SqlAuditTrail,
    SqlErasureRepository,
    SqlOutboxQueue,
    SqlUnitOfWork,
)


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

"""Invitations on SQLite and PostgreSQL."""

import pytest
from tests.contracts.invitations.invitation_repository import InvitationRepositoryContract
from tests.integration.sql.test_contracts import SqlFixtures

from fastauth.adapters.sql import Database, SqlExpiredRows, SqlInvitationRepository


class TestSqlInvitationRepository(SqlFixtures, InvitationRepositoryContract):
    @pytest.fixture
    def invitations(self, database: Database) -> SqlInvitationRepository:
        return SqlInvitationRepository(connections=database.autocommit)

    @pytest.fixture
    def expired_rows(self, database: Database) -> SqlExpiredRows:
        return SqlExpiredRows(connections=database.autocommit)

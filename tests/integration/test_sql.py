"""The SQL adapter keeps the contracts, on SQLite and on Postgres."""

import pytest
from tests.contracts.user_repository import UserRepositoryContract

from fastauth.adapters.sql import Database, SqlUserRepository


class TestSqlUserRepository(UserRepositoryContract):
    @pytest.fixture
    def users(self, database: Database) -> SqlUserRepository:
        return SqlUserRepository(database=database)

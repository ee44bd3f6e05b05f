"""Search of accounts on both databases."""

import pytest
from tests.contracts.administration.user_search import UserSearchContract
from tests.harness.databases import AUDIT_COLUMNS

from fastauth.adapters.sql import (
    Database,
    SqlBulkUserRepository,
    SqlEmailAddressRepository,
    SqlRoleRepository,
    SqlUserRepository,
    SqlUserSearch,
)


class TestSqlUserSearch(UserSearchContract):
    @pytest.fixture
    def users(self, database: Database) -> SqlUserRepository:
        return SqlUserRepository(connections=database.autocommit, audit_columns=AUDIT_COLUMNS)

    @pytest.fixture
    def addresses(self, database: Database) -> SqlEmailAddressRepository:
        return SqlEmailAddressRepository(connections=database.autocommit)

    @pytest.fixture
    def roles(self, database: Database) -> SqlRoleRepository:
        return SqlRoleRepository(connections=database.autocommit)

    @pytest.fixture
    def bulk_users(self, database: Database) -> SqlBulkUserRepository:
        return SqlBulkUserRepository(connections=database.autocommit)

    @pytest.fixture
    def search(self, database: Database) -> SqlUserSearch:
        return SqlUserSearch(connections=database.autocommit)

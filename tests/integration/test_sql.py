"""The SQL adapters keep the contracts, on SQLite and on Postgres."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select
from tests.contracts.session_repository import SessionSweeperContract
from tests.contracts.signing_key_repository import SigningKeyRepositoryContract
from tests.contracts.unit_of_work import UnitOfWorkContract
from tests.contracts.user_repository import UserRepositoryContract
from tests.integration.conftest import adopted_key, connect

from fastauth.adapters.sql import (
    Database,
    SqlSessionRepository,
    SqlSessionSweeper,
    SqlSigningKeyRepository,
    SqlUnitOfWork,
    SqlUserRepository,
    migrate,
)
from fastauth.adapters.sql.tables import event
from fastauth.domain.event import EventKind
from fastauth.domain.ports import UserRepository
from fastauth.domain.user import User


class OnSql:
    @pytest.fixture
    def users(self, database: Database) -> SqlUserRepository:
        return SqlUserRepository(connections=database.autocommit)

    @pytest.fixture
    def sessions(self, database: Database) -> SqlSessionRepository:
        return SqlSessionRepository(connections=database.autocommit)


class TestSqlUserRepository(OnSql, UserRepositoryContract):
    """The contract and nothing else."""


class TestSqlSessionRepository(OnSql, SessionSweeperContract):
    @pytest.fixture
    def sweeper(self, database: Database) -> SqlSessionSweeper:
        return SqlSessionSweeper(engine=database.engine)


class TestSqlUnitOfWork(OnSql, UnitOfWorkContract):
    @pytest.fixture
    def unit_of_work(self, database: Database) -> SqlUnitOfWork:
        self.database = database
        return SqlUnitOfWork(engine=database.engine)

    async def events_of(self, user: User, users: UserRepository) -> list[EventKind]:
        async with self.database.engine.connect() as connection:
            kinds = await connection.scalars(select(event.c.kind).where(event.c.user_id == user.id))
            return [EventKind(kind) for kind in kinds]


class TestSqlSigningKeyRepository(SigningKeyRepositoryContract):
    @pytest.fixture
    async def keys(self, empty_database_url: str) -> AsyncIterator[SqlSigningKeyRepository]:
        database = connect(empty_database_url)
        await migrate(database, adopted_key=adopted_key)
        yield SqlSigningKeyRepository(connections=database.autocommit)
        await database.close()

"""Requests with an idempotency key, on SQLite and PostgreSQL."""

import asyncio

import pytest
from tests.builders import a_name
from tests.contracts.idempotency.answered_request_repository import AnsweredRequestRepositoryContract
from tests.integration.sql.test_contracts import SqlFixtures

from fastauth.adapters.sql import Database, SqlAnsweredRequestRepository, SqlExpiredRows
from fastauth.application.invitations.invite import InvitationRequest
from fastauth.domain.accounts.user import User
from fastauth.domain.errors import InvalidInput
from fastauth.domain.idempotency.errors import IdempotencyKeyInUse
from fastauth.domain.idempotency.key import IdempotencyKey, RepeatableRequests
from fastauth.domain.principals.principal import Principal, PrincipalKind
from fastauth.domain.roles.permissions import WRITE_USERS
from fastauth.domain.roles.role import ADMIN
from fastauth.domain.secret_key import SecretKey
from fastauth.domain.unit_of_work import UnitOfWork
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.settings import Settings

OLD, NEW = (SecretKey(b"the secret key of %d, 32 bytes ...." % year) for year in (2025, 2026))
AN_ADMIN = Principal(kind=PrincipalKind.CLIENT, permissions=ADMIN.permissions)


@pytest.fixture
def container(database: Database) -> Container:
    settings = Settings(database_url=database.engine.url, argon2_memory_kib=64, argon2_time_cost=1)
    return Container(settings=settings, database=database)


class TestSqlAnsweredRequestRepository(SqlFixtures, AnsweredRequestRepositoryContract):
    @pytest.fixture
    def unit_of_work(self, container: Container) -> UnitOfWork:
        return container.unit_of_work()

    @pytest.fixture
    def expired_rows(self, database: Database) -> SqlExpiredRows:
        return SqlExpiredRows(connections=database.autocommit)

    async def test_locked_under_each_secret_key(self, unit_of_work: UnitOfWork, database: Database) -> None:
        """While the secret key is changed, some processes have the old one as the newest, some the new one.

        In SQLite the transaction is the lock.
        """
        key, elsewhere = (
            IdempotencyKey(a_name()),
            SqlAnsweredRequestRepository(connections=database.autocommit),
        )
        orders = [(OLD,), (OLD, NEW), (NEW, OLD)]
        requests = [
            RepeatableRequests(*each).request(key, operation="a", payload={}).digests for each in orders
        ]
        for held in requests:
            async with unit_of_work.begin() as transaction:
                assert await transaction.answered_requests.lock(held)
                found = [await elsewhere.lock(each) for each in requests]
            assert found == [database.autocommit.dialect.name == "sqlite"] * 3
            assert await elsewhere.lock(held)


class TestRegistration:
    async def test_eight_at_once(self, container: Container) -> None:
        """Each gets the one account, or an error that says to try again."""
        name = a_name()

        async def register() -> User:
            return await container.register_user()(
                username=name,
                password="a password",
                fullname="Ann Lee",
                address=None,
                idempotency_key=IdempotencyKey(name * 2),
            )

        results = await asyncio.gather(*(register() for _ in range(8)), return_exceptions=True)
        users = [each for each in results if isinstance(each, User)]
        assert users
        assert users == users[:1] * len(users)
        assert {type(each) for each in results} <= {User, IdempotencyKeyInUse}, results
        assert await register() == users[0]


class TestRunOnce:
    async def test_response_is_stored_with_what_the_use_case_stores(self, container: Container) -> None:
        requests, name = container.repeatable_requests(), a_name()
        request = requests.request(IdempotencyKey(name * 2), operation="invite", payload={})

        async def invite() -> str:
            made = await container.invite_by_operator()(
                request=InvitationRequest(email=f"{name}@example.com"), by_mail=False
            )
            return str(made.invitation.id)

        async def invite_and_crash() -> str:
            await invite()
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            await container.run_once()(request, invite_and_crash, acting=AN_ADMIN, permission=WRITE_USERS)
        results = await asyncio.gather(
            *(
                container.run_once()(request, invite, acting=AN_ADMIN, permission=WRITE_USERS)
                for _ in range(4)
            ),
            return_exceptions=True,
        )
        answers = {each for each in results if isinstance(each, str)}
        assert {type(each) for each in results} <= {str, IdempotencyKeyInUse}, results
        page = await container.list_invitations()(acting=None, limit=200)
        stored = {str(each.id) for each in page.items if name in each.email.text}
        assert stored == answers
        assert len(stored) == 1
        other = requests.request(IdempotencyKey(name * 2), operation="invite", payload={"a": 1})
        with pytest.raises(InvalidInput):
            await container.run_once()(other, invite, acting=AN_ADMIN, permission=WRITE_USERS)

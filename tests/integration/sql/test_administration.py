"""Search of accounts and events, and acts at the same moment, on both databases."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, TypeVar

import pytest
from sqlalchemy import ClauseElement, Connection, CursorResult, Executable, make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection
from tests.builders import a_name
from tests.contracts.administration.event_search import EXAMINED, EventSearchContract
from tests.contracts.administration.user_search import UserSearchContract
from tests.fakes import FakePasswordHasher
from tests.harness.databases import AUDIT_COLUMNS, connect, unit_of_work

from fastauth.adapters.sql import (
    Database,
    SqlBulkUserRepository,
    SqlEmailAddressRepository,
    SqlErasureRepository,
    SqlEventLog,
    SqlEventSearch,
    SqlRoleRepository,
    SqlUnitOfWork,
    SqlUserRepository,
    SqlUserSearch,
)
from fastauth.adapters.sql.administration.search_orders import candidates
from fastauth.application.administration.user_criteria import UserCriteria
from fastauth.domain.accounts.user import User
from fastauth.domain.administration.user_search import UserFilter, UserPlace
from fastauth.domain.audit.event import EventType
from fastauth.domain.audit.trail import AuditFilter
from fastauth.domain.delegation.errors import LastAdministrator, MorePrivileged, OwnAccount
from fastauth.domain.principals.errors import NotPermitted
from fastauth.domain.principals.principal import Principal, PrincipalKind
from fastauth.domain.roles.errors import RoleNotFound
from fastauth.domain.roles.role import ADMIN
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.startup import shut_down, start_up

T = TypeVar("T")


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
    def erasures(self, database: Database) -> SqlErasureRepository:
        return SqlErasureRepository(connections=database.autocommit)

    @pytest.fixture
    def search(self, database: Database) -> SqlUserSearch:
        return SqlUserSearch(connections=database.autocommit, examined=EXAMINED)


class TestSqlEventSearch(EventSearchContract):
    @pytest.fixture
    def users(self, database: Database) -> SqlUserRepository:
        return SqlUserRepository(connections=database.autocommit, audit_columns=AUDIT_COLUMNS)

    @pytest.fixture
    def events(self, database: Database) -> SqlEventLog:
        return SqlEventLog(connections=database.autocommit, audit_columns=AUDIT_COLUMNS)

    @pytest.fixture
    def unit_of_work(self, database: Database) -> SqlUnitOfWork:
        return unit_of_work(database)

    @pytest.fixture
    def search(self, database: Database) -> SqlEventSearch:
        return SqlEventSearch(connections=database.autocommit, examined=EXAMINED)


@pytest.mark.parametrize(
    ("index", "wanted"),
    [
        ("user_info_disabled", UserFilter(disabled=True)),
        ("user_role_role_user_id", UserFilter(role="admin")),
        ("(user_info_username_search|sqlite_autoindex_user_info_1)", UserFilter(username_prefixes=("a",))),
        ("(email_address_search|email_address_key)", UserFilter(email_prefixes=("a",))),
    ],
)
async def test_each_order_is_that_of_an_index(database: Database, index: str, wanted: UserFilter) -> None:
    """Otherwise a page would read and sort every account. SQLite looks names up in their unique indexes."""
    dialect = database.autocommit.dialect
    for after in (None, UserPlace(1, "ab")):
        order = candidates(wanted, after, number=10, dialect=dialect.name)
        sql = str(order.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
        if dialect.name == "sqlite":
            rows = await database.autocommit.execute(text(f"EXPLAIN QUERY PLAN {sql}"))
            plan = "\n".join(row.detail for row in rows)
        else:  # an empty table is read as a whole, unless that is forbidden

            def explained(connection: Connection, sql: str = sql) -> str:
                connection.execute(text("SET LOCAL enable_seqscan = off"))
                connection.execute(text("SET LOCAL enable_bitmapscan = off"))
                return "\n".join(connection.execute(text(f"EXPLAIN {sql}")).scalars())

            plan = await database.autocommit.run_in_transaction(explained)
        assert re.search(index, plan), plan
        assert "TEMP B-TREE" not in plan, plan
        assert "Sort" not in plan, plan


class ExplainedConnections:
    """Runs statements in one transaction, and notes the plan of each."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.dialect = connection.dialect
        self.plans: list[str] = []
        self._connection = connection

    async def execute(
        self, statement: Executable, parameters: Mapping[str, object] | None = None, /
    ) -> CursorResult[Any]:
        assert isinstance(statement, ClauseElement)
        sql = str(statement.compile(dialect=self.dialect, compile_kwargs={"literal_binds": True}))
        plan = await self._connection.execute(text(f"EXPLAIN {sql}"))
        self.plans.append("\n".join(plan.scalars()))
        return await self._connection.execute(statement, parameters)

    async def run_in_transaction(self, work: Callable[[Connection], T]) -> T:
        return await self._connection.run_sync(work)


MANY_USERS = """
INSERT INTO user_info (username, username_key, password, fullname)
SELECT 'user-' || number, 'user-' || number, 'none', 'Ann' FROM generate_series(1, 20000) AS number
"""
MANY_EVENTS = """
INSERT INTO event (at, kind, user_id) SELECT clock_timestamp(), 'logged_out', id FROM user_info
"""


@pytest.fixture
async def postgres_database(postgres_url: str) -> AsyncIterator[Database]:
    database = connect(postgres_url)
    yield database
    await database.close()


async def test_a_page_reads_no_table_as_a_whole(postgres_database: Database) -> None:
    """Although most accounts match a criterion that no index decides, or few events do.

    Random pages cost as much as others here, as on a server whose tables are in memory.
    """
    async with postgres_database.engine.connect() as connection:
        for statement in (
            *("SET LOCAL statement_timeout = 0", "SET LOCAL random_page_cost = 1"),
            *(MANY_USERS, MANY_EVENTS, "ANALYZE user_info, event"),
        ):
            await connection.execute(text(statement))
        explained = ExplainedConnections(connection)
        users, events = SqlUserSearch(connections=explained), SqlEventSearch(connections=explained)
        found = [
            await users.page(UserFilter(disabled=False), after=None, limit=50),
            await users.page(UserFilter(disabled=False, username_prefixes=("user-",)), after=None, limit=50),
        ]
        rare = await events.page(AuditFilter(type=EventType.USER_RENAMED), before=None, limit=50)
        await connection.rollback()
    assert [len(each.users) for each in found] == [50, 50]
    assert (rare.entries, rare.next is not None) == ((), True)
    for plan in explained.plans:
        assert not re.search("Seq Scan on (user_info|event)", plan), plan


class TestRaces:
    """Two administrators act at the same moment. Both requests have been authenticated before either acts."""

    @pytest.fixture(scope="class")
    async def container(self, database_url_of_file: str) -> AsyncIterator[Container]:
        container = Container(
            settings=Settings(database_url=make_url(database_url_of_file)),
            database=connect(database_url_of_file),
            hasher=FakePasswordHasher(),
        )
        await start_up(container)
        yield container
        await shut_down(container)

    @staticmethod
    async def administrators(container: Container, number: int) -> list[Principal]:
        """Return new administrators, the only ones that there are."""
        roles = container.roles()
        for user in [user async for page in container.list_users()() for user in page]:
            await roles.revoke(user.id, ADMIN.name)
        names = [a_name() for _ in range(number)]
        for name in names:
            await container.register_user()(username=name, password="sntsh", fullname=name, address=None)
            await container.grant_role()(username=name, role=ADMIN.name)
        users = [await container.find_user()(username=name) for name in names]
        return [
            Principal(kind=PrincipalKind.USER, permissions=ADMIN.permissions, user_id=user.id)
            for user in users
        ]

    @pytest.mark.parametrize("name", ["disable_user_by_admin", "revoke_role_by_admin"])
    async def test_all_against_all_leaves_one(self, container: Container, name: str) -> None:
        """D4."""
        acting = await self.administrators(container, 4)
        act = getattr(container, name)()
        role = {"role": ADMIN.name} if name == "revoke_role_by_admin" else {}
        outcomes = await asyncio.gather(
            *(act(acting=each, user_id=other.user_id, **role) for each in acting for other in acting),
            return_exceptions=True,
        )
        expected = (NotPermitted, OwnAccount, LastAdministrator, RoleNotFound, MorePrivileged)
        assert all(isinstance(each, (User, *expected)) for each in outcomes), outcomes
        assert sum(isinstance(each, User) for each in outcomes) >= 3
        left = []
        for each in acting:
            user = await container.users().get(each.user_id) if each.user_id else None
            assert user
            if ADMIN.name in (await container.roles().grants_of(user.id)).roles and not user.disabled_at:
                left.append(user.id)
        assert len(left) == 1

    async def test_role_that_is_revoked_while_it_is_used(self, container: Container) -> None:
        """D1. Whatever the order, no role is granted after the principal has lost the right to grant it."""
        first, second = await self.administrators(container, 2)
        assert second.user_id
        names = [a_name() for _ in range(8)]
        for name in names:
            await container.register_user()(username=name, password="sntsh", fullname=name, address=None)
        ids = [(await container.find_user()(username=name)).id for name in names]
        grant, revoke = container.grant_role_by_admin(), container.revoke_role_by_admin()
        outcomes = await asyncio.gather(
            *(grant(acting=second, user_id=user_id, role=ADMIN.name) for user_id in ids[:4]),
            revoke(acting=first, user_id=second.user_id, role=ADMIN.name),
            *(grant(acting=second, user_id=user_id, role=ADMIN.name) for user_id in ids[4:]),
            return_exceptions=True,
        )
        assert isinstance(outcomes[4], User)
        page = await container.search_users()(acting=first, criteria=UserCriteria(role=ADMIN.name))
        granted = {each.user.id for each in page.items} - {first.user_id}
        of_ids = [*outcomes[:4], *outcomes[5:]]
        assert granted == {
            user_id for user_id, each in zip(ids, of_ids, strict=True) if isinstance(each, User)
        }
        assert {type(each) for each in of_ids} <= {User, NotPermitted}
        acts = [
            (entry.id, entry.event.type)
            async for entries in container.read_audit_trail()(limit=100)
            for entry in entries
            if entry.source and entry.source.actor_id in {first.user_id, second.user_id}
        ]
        (revoked,) = [number for number, event_type in acts if event_type is EventType.ROLE_REVOKED]
        assert len(acts) == len(granted) + 1
        assert all(number <= revoked for number, _ in acts), "a grant was stored after the right had gone"

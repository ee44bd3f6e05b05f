"""The SQL adapters fulfil the contracts of their ports, on SQLite and on PostgreSQL."""

import os
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import delete, insert, make_url, select, text
from tests import legacy_hashes
from tests.builders import an_imported_user
from tests.contracts.accounts.user_directory import UserDirectoryContract
from tests.contracts.accounts.user_repository import UserRepositoryContract
from tests.contracts.api_keys.api_key_repository import ApiKeyRepositoryContract
from tests.contracts.audit.audit_trail import AuditTrailContract, Ports
from tests.contracts.browser_sessions.browser_session_repository import BrowserSessionRepositoryContract
from tests.contracts.clients.client_repository import ClientRepositoryContract
from tests.contracts.email_addresses.email_address_repository import EmailAddressRepositoryContract
from tests.contracts.event_feed.event_feed import EventFeedContract
from tests.contracts.event_feed.feed_accounts import FeedAccountsContract
from tests.contracts.one_time_tokens.one_time_token_repository import OneTimeTokenRepositoryContract
from tests.contracts.operations.expired_rows import ExpiredRowsContract
from tests.contracts.operations.storage_probe import StorageProbeContract
from tests.contracts.passkeys.passkey_repository import PasskeyRepositoryContract
from tests.contracts.passwords.bulk_user_repository import BulkUserRepositoryContract
from tests.contracts.passwords.last_credential import LastCredentialContract
from tests.contracts.passwords.password_repository import PasswordRepositoryContract
from tests.contracts.rate_limits.counter_repository import CounterRepositoryContract
from tests.contracts.revocations.revocations import RevocationsContract
from tests.contracts.roles.role_repository import RoleRepositoryContract
from tests.contracts.second_factors.challenge_repository import ChallengeRepositoryContract
from tests.contracts.second_factors.second_factor_repository import SecondFactorRepositoryContract
from tests.contracts.sessions.account_facts_reader import AccountFactsReaderContract
from tests.contracts.sessions.session_repository import SessionRepositoryContract
from tests.contracts.signing_keys.signing_key_repository import SigningKeyRepositoryContract
from tests.contracts.unit_of_work import UnitOfWorkContract
from tests.fakes import FakeClock
from tests.harness.commands import execute
from tests.harness.databases import AUDIT_COLUMNS, connect, unit_of_work
from tests.harness.postgres import PostgresServer

from fastauth.adapters.passwords import HASH_PREFIXES, Argon2PasswordHasher, HashingPool
from fastauth.adapters.passwords.verifier import Verifier
from fastauth.adapters.sql import (
    AuditColumns,
    Database,
    SchemaOutdated,
    SqlAccountFactsReader,
    SqlApiKeyRepository,
    SqlAuditTrail,
    SqlBrowserSessionRepository,
    SqlBulkUserRepository,
    SqlChallengeRepository,
    SqlClientRepository,
    SqlCounterRepository,
    SqlEmailAddressRepository,
    SqlEventFeed,
    SqlEventLog,
    SqlEventNumbering,
    SqlExpiredRows,
    SqlFeedAccounts,
    SqlHashKinds,
    SqlOneTimeTokenRepository,
    SqlPasskeyRepository,
    SqlPasswordRepository,
    SqlRevocationLog,
    SqlRevocationReader,
    SqlRoleRepository,
    SqlSecondFactorRepository,
    SqlSessionRepository,
    SqlSigningKeyRepository,
    SqlUnitOfWork,
    SqlUserDirectory,
    SqlUserRepository,
    signing_key,
)
from fastauth.adapters.sql.events.tables import event
from fastauth.adapters.sql.rate_limits.tables import tally
from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.accounts.user import User
from fastauth.domain.audit.event import EventSource, EventType
from fastauth.domain.errors import StorageUnavailable
from fastauth.domain.operations.purges import Expired
from fastauth.domain.passwords.password import PasswordHash
from fastauth.domain.rate_limits.counter import Counter, CounterKey
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.settings import Settings


class SqlFixtures:
    @pytest.fixture
    def users(self, database: Database) -> SqlUserRepository:
        return SqlUserRepository(connections=database.autocommit, audit_columns=AUDIT_COLUMNS)

    @pytest.fixture
    def passwords(self, database: Database) -> SqlPasswordRepository:
        return SqlPasswordRepository(connections=database.autocommit, audit_columns=AUDIT_COLUMNS)

    @pytest.fixture
    def sessions(self, database: Database) -> SqlSessionRepository:
        return SqlSessionRepository(connections=database.autocommit, audit_columns=AUDIT_COLUMNS)

    @pytest.fixture
    def counters(self, database: Database) -> SqlCounterRepository:
        return SqlCounterRepository(connections=database.autocommit)

    @pytest.fixture
    def expired_rows(self, database: Database) -> SqlExpiredRows:
        return SqlExpiredRows(connections=database.autocommit)


def permissions(directory: Path) -> dict[str, int]:
    """Return the permission bits of each file in a directory."""
    return {path.name: path.stat().st_mode & 0o777 for path in directory.iterdir()}


class TestDatabase(StorageProbeContract):
    @pytest.fixture
    def probe(self, database: Database) -> Database:
        return database

    @pytest.fixture
    async def lost(self, empty_database_url: str) -> AsyncIterator[Database]:
        database = connect(empty_database_url)
        yield database
        await database.close()

    async def test_probe_does_not_wait_for_the_pool(self, database: Database) -> None:
        small = Container(settings=Settings(database_url=database.engine.url, database_pool_size=1))
        async with small.database().engine.begin():
            await small.database().check()
            assert (
                await small.readiness_keys().load()
                == await SqlSigningKeyRepository(
                    connections=database.autocommit, audit_columns=AUDIT_COLUMNS
                ).load()
            )
        await small.database().close()

    async def test_sqlite_files_have_permissions_0600(self, tmp_path: Path) -> None:
        umask = os.umask(0)
        try:
            database = connect(f"sqlite:///{tmp_path}/a.db")
            async with database.engine.begin() as connection:
                await connection.execute(text("CREATE TABLE a (b integer)"))
            found = permissions(tmp_path)
            await database.close()
        finally:
            os.umask(umask)
        assert found == {"a.db": 0o600, "a.db-wal": 0o600, "a.db-shm": 0o600}

    async def test_url_query_has_driver_arguments(self, tmp_path: Path) -> None:
        database = connect(f"sqlite:///{tmp_path}/a.db?timeout=1.5")
        with pytest.raises(SchemaOutdated):
            await database.check()
        await database.close()

    async def test_prepared_statements_can_be_disabled(self, postgres: PostgresServer) -> None:
        url = make_url(postgres.url).set(drivername="postgresql+psycopg")
        database = Database(url, prepared_statements=False)
        async with database.engine.connect() as connection:
            for _ in range(10):  # psycopg prepares a statement after five executions
                await connection.execute(text("SELECT 1"))
            prepared = "SELECT count(*) FROM pg_prepared_statements"
            assert await connection.scalar(text(prepared)) == 0
        await database.close()

    async def test_now_is_the_clock_of_the_database(self, database: Database) -> None:
        now = await database.now()
        assert now.utcoffset() == timedelta()
        assert abs(now - datetime.now(UTC)) < timedelta(minutes=1)

    async def test_now_fails_without_a_database(self) -> None:
        database = connect("postgresql://127.0.0.1:1/none")
        with pytest.raises(StorageUnavailable):
            await database.now()
        await database.close()


class TestSqlUserRepository(SqlFixtures, UserRepositoryContract):
    """The contract only."""


class TestSqlPasswordRepository(SqlFixtures, PasswordRepositoryContract):
    """The contract only."""


class TestSqlLastCredential(LastCredentialContract):
    @pytest.fixture
    def unit_of_work(self, database: Database) -> SqlUnitOfWork:
        return unit_of_work(database)


class TestSqlUserDirectory(SqlFixtures, UserDirectoryContract):
    @pytest.fixture
    def directory(self, database: Database) -> SqlUserDirectory:
        return SqlUserDirectory(connections=database.autocommit)


def costs(checks: dict[str, Verifier]) -> set[tuple[str, int]]:
    return {(family, check.amount) for family, check in checks.items()}


class TestSqlHashKinds(SqlFixtures):
    @pytest.fixture
    def hash_kinds(self, database: Database) -> SqlHashKinds:
        return SqlHashKinds(connections=database.autocommit, prefixes=HASH_PREFIXES)

    async def test_one_example_and_the_number_of_each_kind(
        self, database: Database, hash_kinds: SqlHashKinds
    ) -> None:
        own = (
            "$argon2id$v=19$m=64,t={},p=1$K/wcsLoNj/iRZKZ8ojqRTg$VdCmk4BCqg/Gg9dnl4doqm5SbZe9g9CEm5OjGB10su0"
        )
        kinds = [own.format(77), own.format(88), *legacy_hashes.SLOW.values()]
        stored = [*kinds, *(f"{kind[:-2]}.{kind[-1]}" for kind in kinds)]
        stored += ["", *(PasswordHash.unusable().encoded for _ in range(3))]
        before = await hash_kinds.examples()
        bulk_users = SqlBulkUserRepository(connections=database.autocommit)
        await bulk_users.insert_new([an_imported_user(encoded=encoded) for encoded in stored])
        found = await hash_kinds.examples()
        assert sum(found.values()) - sum(before.values()) == len(stored)
        hasher = Argon2PasswordHasher(
            pool=HashingPool(threads=1), memory_kib=64, time_cost=1, parallelism=1, max_memory_kib=16_384
        )
        assert costs(hasher.families(map(PasswordHash, kinds))) <= costs(hasher.families(found))
        assert len(found) <= len(before) + len(kinds) + 2
        (marked,) = (number for known, number in found.items() if known.encoded.startswith("!"))
        assert marked >= 3


class TestSqlBulkUserRepository(SqlFixtures, BulkUserRepositoryContract):
    @pytest.fixture
    def bulk_users(self, database: Database) -> SqlBulkUserRepository:
        return SqlBulkUserRepository(connections=database.autocommit)


class TestSqlSessionRepository(SqlFixtures, SessionRepositoryContract): ...


class TestSqlExpiredRowsContract(SqlFixtures, ExpiredRowsContract): ...


@dataclass
class SqlRows:
    database: Database

    async def read(self, *keys: CounterKey) -> list[Counter | None]:
        async with self.database.engine.connect() as connection:
            found = await connection.execute(select(tally).where(tally.c.key.in_(keys)))
            stored = {row.key: Counter(row.attempts, row.until) for row in found}
        return [stored.get(key) for key in keys]

    async def write(self, counters: Mapping[CounterKey, Counter]) -> None:
        async with self.database.engine.begin() as connection:
            await connection.execute(delete(tally).where(tally.c.key.in_(counters)))
            values = [{"key": key, "attempts": t.count, "until": t.resets_at} for key, t in counters.items()]
            if values:
                await connection.execute(insert(tally), values)


MANY_ROWS = """
INSERT INTO user_info (id, username, username_key, password, fullname) VALUES (1, 'a', 'a', '!', '');
INSERT INTO session (id, user_id, user_agent, address, created_at, last_used_at, expires_at, refresh_digest,
  refresh_expires_at, sweep_at, ended_at)
SELECT number, 1, '', '', now(), now(), now(), '', now() - interval '2 days', now() - interval '1 day',
  CASE WHEN number % 2 = 0 THEN now() - interval '1 day' END
FROM generate_series(1, 20000) AS number;
INSERT INTO tally (key, attempts, until)
SELECT decode(md5(number::text), 'hex'), 1, now() - interval '1 day' FROM generate_series(1, 20000) AS number;
INSERT INTO event (at, kind, address)
SELECT now() - interval '1 day' * (number % 2 * 4 + 6), 'registered', '192.0.2.1'
FROM generate_series(1, 20000) AS number;
ANALYZE session; ANALYZE event; ANALYZE tally
"""
READ = """
SELECT sum(n_tup_del), sum(n_tup_upd), sum(seq_tup_read) FROM pg_stat_user_tables
WHERE schemaname = current_schema() AND relname IN ('session', 'event', 'tally')
"""


class TestSqlExpiredRows:
    async def test_purge_reads_expired_rows_by_an_index(self, postgres_url: str) -> None:
        """Without ORDER BY, PostgreSQL would scan the table from its start, where no row has expired."""
        database = connect(postgres_url)
        try:
            execute(postgres_url, MANY_ROWS)
            expired_rows, now = SqlExpiredRows(connections=database.autocommit), datetime.now(UTC)
            for rows, days, deleted in (
                (Expired.SESSIONS, 0, 20),
                (Expired.COUNTERS, 0, 10),
                (Expired.EVENTS, 8, 10),
                (Expired.EVENT_ADDRESSES, 5, 10),
            ):
                before = now - timedelta(days=days)
                assert await expired_rows.purge(rows, before=before, limit=10) == deleted, rows
        finally:
            await database.close()
        assert counted(postgres_url, deleted=40) == (40, 10, 0)


def counted(url: str, *, deleted: int) -> tuple[int, ...]:
    """Return the statistics of PostgreSQL once they are complete: connections report theirs when they end."""
    deadline = time.monotonic() + 60
    with psycopg.connect(url, autocommit=True) as connection:
        while not (row := connection.execute(READ).fetchone()) or row[0] < deleted:
            assert time.monotonic() < deadline
            time.sleep(0.01)
    return tuple(map(int, row))


class TestSqlCounterRepository(CounterRepositoryContract):
    @pytest.fixture
    def counters(self, database: Database) -> SqlCounterRepository:
        return SqlCounterRepository(connections=database.autocommit)

    @pytest.fixture
    def rows(self, database: Database) -> SqlRows:
        return SqlRows(database)

    @pytest.fixture
    def expired_rows(self, database: Database) -> SqlExpiredRows:
        return SqlExpiredRows(connections=database.autocommit)


@pytest.fixture(scope="module")
async def database_of_file(database_url_of_file: str) -> AsyncIterator[Database]:
    database = connect(database_url_of_file)
    yield database
    await database.close()


@pytest.fixture
async def emptied_database(database_of_file: Database) -> Database:
    """A database without events and signing keys."""
    for table in (event, signing_key):
        await database_of_file.autocommit.execute(delete(table))
    return database_of_file


class TestSqlAuditTrail(AuditTrailContract):
    @pytest.fixture
    def make(self, emptied_database: Database, clock: FakeClock) -> Callable[[EventSource], Ports]:
        database = emptied_database

        def made(origin: EventSource) -> Ports:
            connections, audit_columns = database.autocommit, AuditColumns(clock=clock, origin=lambda: origin)
            return Ports(
                users=SqlUserRepository(connections=connections, audit_columns=audit_columns),
                passwords=SqlPasswordRepository(connections=connections, audit_columns=audit_columns),
                sessions=SqlSessionRepository(connections=connections, audit_columns=audit_columns),
                keys=SqlSigningKeyRepository(connections=connections, audit_columns=audit_columns),
                events=SqlEventLog(connections=connections, audit_columns=audit_columns),
                trail=SqlAuditTrail(connections=connections),
                expired_rows=SqlExpiredRows(connections=database.autocommit),
            )

        return made


class TestSqlEventFeed(SqlFixtures, EventFeedContract):
    @pytest.fixture
    def event_log(self, database: Database) -> SqlEventLog:
        return SqlEventLog(connections=database.autocommit, audit_columns=AUDIT_COLUMNS)

    @pytest.fixture
    def feed(self, database: Database) -> SqlEventFeed:
        return SqlEventFeed(connections=database.autocommit)

    @pytest.fixture
    def numbering(self, database: Database) -> SqlEventNumbering:
        return SqlEventNumbering(connections=database.autocommit)


class TestSqlFeedAccounts(SqlFixtures, FeedAccountsContract):
    @pytest.fixture
    def addresses(self, database: Database) -> SqlEmailAddressRepository:
        return SqlEmailAddressRepository(connections=database.autocommit)

    @pytest.fixture
    def roles(self, database: Database) -> SqlRoleRepository:
        return SqlRoleRepository(connections=database.autocommit)

    @pytest.fixture
    def accounts(self, database: Database) -> SqlFeedAccounts:
        return SqlFeedAccounts(connections=database.autocommit)


class TestSqlRoleRepository(SqlFixtures, RoleRepositoryContract):
    @pytest.fixture
    def roles(self, database: Database) -> SqlRoleRepository:
        return SqlRoleRepository(connections=database.autocommit)


class TestSqlRevocations(SqlFixtures, RevocationsContract):
    @pytest.fixture
    def roles(self, database: Database) -> SqlRoleRepository:
        return SqlRoleRepository(connections=database.autocommit)

    @pytest.fixture
    def log(self, database: Database) -> SqlRevocationLog:
        return SqlRevocationLog(connections=database.autocommit)

    @pytest.fixture
    def reader(self, database: Database) -> SqlRevocationReader:
        return SqlRevocationReader(connections=database.autocommit)


class TestSqlClientRepository(ClientRepositoryContract):
    @pytest.fixture
    def clients(self, database: Database) -> SqlClientRepository:
        return SqlClientRepository(connections=database.autocommit)


class TestSqlUnitOfWork(SqlFixtures, UnitOfWorkContract):
    @pytest.fixture
    def unit_of_work(self, database: Database) -> SqlUnitOfWork:
        self.database = database
        return unit_of_work(database)

    async def events_of(self, user: User, users: UserRepository) -> list[EventType]:
        async with self.database.engine.connect() as connection:
            kinds = await connection.scalars(
                select(event.c.kind).where(event.c.user_id == user.id).order_by(event.c.id)
            )
            return [EventType(kind) for kind in kinds]


class TestSqlEmailAddressRepository(SqlFixtures, EmailAddressRepositoryContract):
    @pytest.fixture
    def bulk_users(self, database: Database) -> SqlBulkUserRepository:
        return SqlBulkUserRepository(connections=database.autocommit)

    @pytest.fixture
    def addresses(self, database: Database) -> SqlEmailAddressRepository:
        return SqlEmailAddressRepository(connections=database.autocommit)

    @pytest.fixture
    def unit_of_work(self, database: Database) -> SqlUnitOfWork:
        return unit_of_work(database)


class TestSqlSigningKeyRepository(SigningKeyRepositoryContract):
    @pytest.fixture
    def keys(self, emptied_database: Database) -> SqlSigningKeyRepository:
        return SqlSigningKeyRepository(connections=emptied_database.autocommit, audit_columns=AUDIT_COLUMNS)


class TestSqlSecondFactorRepository(SqlFixtures, SecondFactorRepositoryContract):
    @pytest.fixture
    def factors(self, database: Database) -> SqlSecondFactorRepository:
        return SqlSecondFactorRepository(connections=database.autocommit)

    @pytest.fixture
    def sessions(self, database: Database) -> SqlSessionRepository:
        return SqlSessionRepository(connections=database.autocommit, audit_columns=AUDIT_COLUMNS)


class TestSqlChallengeRepository(SqlFixtures, ChallengeRepositoryContract):
    @pytest.fixture
    def factors(self, database: Database) -> SqlSecondFactorRepository:
        return SqlSecondFactorRepository(connections=database.autocommit)

    @pytest.fixture
    def challenges(self, database: Database) -> SqlChallengeRepository:
        return SqlChallengeRepository(connections=database.autocommit)


class TestSqlBrowserSessionRepository(SqlFixtures, BrowserSessionRepositoryContract):
    @pytest.fixture
    def browser_sessions(self, database: Database) -> SqlBrowserSessionRepository:
        return SqlBrowserSessionRepository(connections=database.autocommit)


class TestSqlOneTimeTokenRepository(SqlFixtures, OneTimeTokenRepositoryContract):
    @pytest.fixture
    def tokens(self, database: Database) -> SqlOneTimeTokenRepository:
        return SqlOneTimeTokenRepository(connections=database.autocommit)


class TestSqlAccountFactsReader(SqlFixtures, AccountFactsReaderContract):
    @pytest.fixture
    def addresses(self, database: Database) -> SqlEmailAddressRepository:
        return SqlEmailAddressRepository(connections=database.autocommit)

    @pytest.fixture
    def roles(self, database: Database) -> SqlRoleRepository:
        return SqlRoleRepository(connections=database.autocommit)

    @pytest.fixture
    def reader(self, database: Database) -> SqlAccountFactsReader:
        return SqlAccountFactsReader(connections=database.autocommit)


class TestSqlApiKeyRepository(SqlFixtures, ApiKeyRepositoryContract):
    @pytest.fixture
    def roles(self, database: Database) -> SqlRoleRepository:
        return SqlRoleRepository(connections=database.autocommit)

    @pytest.fixture
    def api_keys(self, database: Database) -> SqlApiKeyRepository:
        return SqlApiKeyRepository(connections=database.autocommit)


class TestSqlPasskeyRepository(SqlFixtures, PasskeyRepositoryContract):
    @pytest.fixture
    def passkeys(self, database: Database) -> SqlPasskeyRepository:
        return SqlPasskeyRepository(connections=database.autocommit)

    @pytest.fixture
    def factors(self, database: Database) -> SqlSecondFactorRepository:
        return SqlSecondFactorRepository(connections=database.autocommit)

"""The promises of `ExpiredRows`."""

import asyncio
from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta

import pytest
from tests.builders import a_new_user, a_password_hash, a_session

from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.accounts.user import User
from fastauth.domain.audit.trail import Retention
from fastauth.domain.operations.ports import ExpiredRows
from fastauth.domain.operations.purges import Expired, all_purges
from fastauth.domain.passwords.ports import PasswordRepository
from fastauth.domain.sessions.ports import SessionRepository
from fastauth.domain.sessions.proof import PasswordProof

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATE = NOW + timedelta(days=6)


class ExpiredRowsContract(ABC):
    @abstractmethod
    @pytest.fixture
    def users(self) -> UserRepository: ...

    @abstractmethod
    @pytest.fixture
    def passwords(self, users: UserRepository) -> PasswordRepository: ...

    @abstractmethod
    @pytest.fixture
    def sessions(self, users: UserRepository) -> SessionRepository: ...

    @pytest.fixture
    async def user(self, passwords: PasswordRepository) -> User:
        return await passwords.add_user(a_new_user(), a_password_hash())

    @abstractmethod
    @pytest.fixture
    def expired_rows(self, users: UserRepository) -> ExpiredRows: ...

    async def test_purges_ended_sessions_in_batches(
        self, sessions: SessionRepository, expired_rows: ExpiredRows, user: User
    ) -> None:
        long_ago = NOW - timedelta(days=4_000)  # before any other test's sessions
        while await expired_rows.purge(Expired.SESSIONS, before=long_ago, limit=100):
            pass
        old = [a_session(user, now=long_ago) for _ in range(4)]
        kept = a_session(user, now=NOW)
        for session in (*old, kept):
            await sessions.add(session, proof=PasswordProof(a_password_hash()), max_sessions=100)
        await sessions.revoke(user.id, session_id=old[0].id, now=long_ago)
        over = long_ago + timedelta(hours=1)
        assert await expired_rows.purge(Expired.SESSIONS, before=over, limit=3) == 1
        over = old[0].expires_at + timedelta(hours=1)
        assert await expired_rows.purge(Expired.SESSIONS, before=over, limit=2) == 2
        assert await expired_rows.purge(Expired.SESSIONS, before=over, limit=2) == 1
        assert await expired_rows.purge(Expired.SESSIONS, before=over, limit=2) == 0
        assert await sessions.list_active(user.id, now=NOW, limit=100) == [kept]

    async def test_purges_every_kind_of_rows(self, expired_rows: ExpiredRows) -> None:
        first = datetime(1, 1, 2, tzinfo=UTC)  # before all rows of other tests
        for rows in Expired:
            assert await expired_rows.purge(rows, before=first, limit=1) == 0, rows

    async def test_one_process_claims_a_task_per_interval(self, expired_rows: ExpiredRows) -> None:
        every = timedelta(minutes=1)
        for task in [purge.task for purge in all_purges(Retention())]:
            now = LATE
            while not await expired_rows.claim(task, now=now, every=every):
                now += timedelta(days=1)
            outcomes = await asyncio.gather(
                *(expired_rows.claim(task, now=now, every=every) for _ in range(8))
            )
            assert not any(outcomes)
            now += every
            outcomes = await asyncio.gather(
                *(expired_rows.claim(task, now=now, every=every) for _ in range(8))
            )
            assert sum(outcomes) == 1
            assert await expired_rows.claim(task, now=now - every * 2, every=every), "a clock was far ahead"

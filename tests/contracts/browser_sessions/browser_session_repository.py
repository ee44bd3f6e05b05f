"""What every `BrowserSessionRepository` guarantees."""

import asyncio
from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta

import pytest
from tests.builders import a_new_user, a_password_hash, a_session

from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.accounts.user import User
from fastauth.domain.browser_sessions.cookie import CookieDigest, SessionCookieCodec
from fastauth.domain.browser_sessions.ports import BrowserSessionRepository
from fastauth.domain.operations.ports import ExpiredRows
from fastauth.domain.operations.purges import Expired
from fastauth.domain.passwords.ports import PasswordRepository
from fastauth.domain.secret_key import SecretKey
from fastauth.domain.sessions.ports import SessionRepository
from fastauth.domain.sessions.proof import PasswordProof
from fastauth.domain.sessions.session import Session

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
CODEC = SessionCookieCodec(
    SecretKey(b"the secret key of this year, 32 bytes"), SecretKey(b"the secret key of last year, 32 bytes")
)


def digests() -> tuple[CookieDigest, ...]:
    """Return the digests of a new cookie under two secret keys, the newest first."""
    return CODEC.digests(CODEC.issue())


class BrowserSessionRepositoryContract(ABC):
    @abstractmethod
    @pytest.fixture
    def users(self) -> UserRepository: ...

    @abstractmethod
    @pytest.fixture
    def passwords(self, users: UserRepository) -> PasswordRepository: ...

    @abstractmethod
    @pytest.fixture
    def sessions(self, users: UserRepository) -> SessionRepository: ...

    @abstractmethod
    @pytest.fixture
    def browser_sessions(self, users: UserRepository) -> BrowserSessionRepository: ...

    @abstractmethod
    @pytest.fixture
    def expired_rows(self, users: UserRepository) -> ExpiredRows: ...

    @pytest.fixture
    async def user(self, passwords: PasswordRepository) -> User:
        return await passwords.add_user(a_new_user(), a_password_hash())

    @pytest.fixture
    async def session(self, sessions: SessionRepository, user: User) -> Session:
        return await self.start(sessions, user)

    async def start(self, sessions: SessionRepository, user: User, *, now: datetime = NOW) -> Session:
        session = a_session(user, now=now)
        await sessions.add(session, proof=PasswordProof(a_password_hash()), max_sessions=100)
        return session

    async def test_finds_the_session_of_a_cookie(
        self,
        browser_sessions: BrowserSessionRepository,
        sessions: SessionRepository,
        session: Session,
        user: User,
    ) -> None:
        """By the digest under any of the secret keys; two browsers have cookies of their own."""
        another = await self.start(sessions, user)
        first, second = digests(), digests()
        await browser_sessions.add(first[0], session_id=session.id, now=NOW)
        await browser_sessions.add(second[1], session_id=another.id, now=NOW)
        assert await browser_sessions.find(first) == session.id
        assert await browser_sessions.find(second) == another.id
        for unknown in (digests(), first[1:], ()):
            assert await browser_sessions.find(unknown) is None, unknown

    async def test_replaced_cookie_is_unknown(
        self, browser_sessions: BrowserSessionRepository, session: Session
    ) -> None:
        old, new = digests(), digests()
        await browser_sessions.add(old[0], session_id=session.id, now=NOW)
        assert await browser_sessions.replace(old, new=new[0], now=NOW + MINUTE)
        assert await browser_sessions.find(old) is None
        assert await browser_sessions.find(new) == session.id
        assert not await browser_sessions.replace(old, new=digests()[0], now=NOW + MINUTE)
        assert await browser_sessions.find(new) == session.id

    async def test_cookie_is_replaced_once(
        self, browser_sessions: BrowserSessionRepository, session: Session
    ) -> None:
        old, new = digests(), [digests() for _ in range(8)]
        await browser_sessions.add(old[0], session_id=session.id, now=NOW)
        replaced = await asyncio.gather(
            *(browser_sessions.replace(old, new=each[0], now=NOW) for each in new)
        )
        assert sum(replaced) == 1
        assert [await browser_sessions.find(each) for each in new] == [
            session.id if each else None for each in replaced
        ]

    async def test_use_postpones_the_idle_timeout(
        self, browser_sessions: BrowserSessionRepository, sessions: SessionRepository, session: Session
    ) -> None:
        """Up to the absolute timeout, and not after the session has ended."""
        used, expiry = NOW + DAY, NOW + 8 * DAY
        await browser_sessions.extend(session.id, now=used, expires_at=expiry)
        found = await sessions.find(session.id, now=expiry - MINUTE)
        assert found
        assert (found.session.last_used_at, found.session.refresh_expires_at) == (used, expiry)
        await browser_sessions.extend(session.id, now=used, expires_at=session.expires_at + DAY)
        assert await sessions.find(session.id, now=session.expires_at - MINUTE)
        assert await sessions.find(session.id, now=session.expires_at) is None

    async def test_use_does_not_revive_a_session(
        self,
        browser_sessions: BrowserSessionRepository,
        sessions: SessionRepository,
        session: Session,
        user: User,
    ) -> None:
        over = session.refresh_expires_at
        await browser_sessions.extend(session.id, now=over, expires_at=over + DAY)
        assert await sessions.find(session.id, now=over) is None
        assert await sessions.revoke(user.id, session_id=session.id, now=NOW)
        await browser_sessions.extend(session.id, now=NOW, expires_at=over)
        assert await sessions.find(session.id, now=NOW) is None

    async def test_cookie_is_purged_with_its_session(
        self,
        browser_sessions: BrowserSessionRepository,
        sessions: SessionRepository,
        session: Session,
        user: User,
        expired_rows: ExpiredRows,
    ) -> None:
        ended, active = digests(), digests()
        await browser_sessions.add(ended[0], session_id=session.id, now=NOW)
        kept = await self.start(sessions, user)
        await browser_sessions.add(active[0], session_id=kept.id, now=NOW)
        await sessions.revoke(user.id, session_id=session.id, now=NOW)
        while await expired_rows.purge(Expired.SESSIONS, before=NOW + MINUTE, limit=100):
            pass
        assert await browser_sessions.find(ended) is None
        assert await browser_sessions.find(active) == kept.id

"""What a `SessionRepository` and a `Sweeper` promise."""

import asyncio
from abc import ABC, abstractmethod
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from secrets import token_bytes

import pytest
from tests.builders import a_digest, a_full_name, a_name, a_password_hash, a_session, a_username

from fastauth.domain.counting import Credit, Hit, Part, Reset, Verdict
from fastauth.domain.errors import InvalidCredentials
from fastauth.domain.ports import SessionRepository, Sweeper, TallyRepository, UserRepository
from fastauth.domain.session import Session, SessionId
from fastauth.domain.throttling import Budget, TallyKey
from fastauth.domain.user import User

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SOON = NOW + timedelta(days=1)
LATE = NOW + timedelta(days=6)


class SessionRepositoryContract(ABC):
    @abstractmethod
    @pytest.fixture
    def users(self) -> UserRepository: ...

    @abstractmethod
    @pytest.fixture
    def sessions(self, users: UserRepository) -> SessionRepository: ...

    @abstractmethod
    @pytest.fixture
    def tallies(self, users: UserRepository) -> TallyRepository: ...

    @pytest.fixture
    async def user(self, users: UserRepository) -> User:
        return await users.add(
            username=a_username(a_name()), fullname=a_full_name(), password_hash=a_password_hash()
        )

    @pytest.fixture
    async def session(self, sessions: SessionRepository, user: User) -> Session:
        session = a_session(user, now=NOW)
        await sessions.start(session, password_hash=user.password_hash)
        return session

    async def test_finds_what_it_started_and_whose_it_is(
        self, sessions: SessionRepository, session: Session, user: User
    ) -> None:
        caller = await sessions.find(session.id, now=NOW)
        assert caller
        assert (caller.session, caller.user) == (session, user)

    async def test_finds_nothing_under_another_id(
        self, sessions: SessionRepository, session: Session
    ) -> None:
        assert await sessions.find(SessionId(session.id[::-1]), now=NOW) is None

    async def test_gives_back_what_was_counted_with_the_session_it_starts(
        self, sessions: SessionRepository, tallies: TallyRepository, user: User
    ) -> None:
        hit = Hit(TallyKey(token_bytes(16)), Budget(2, timedelta(minutes=1)), Part.ACCOUNT)
        credit, missing = Credit(hit.key, hit.rule), Reset(TallyKey(token_bytes(16)))
        outcomes = []
        for password_hash in (user.password_hash, a_password_hash("another"), user.password_hash):
            outcomes.append((await tallies.count((hit,), now=NOW)).verdict)
            with suppress(InvalidCredentials):
                await sessions.start(
                    a_session(user, now=NOW), password_hash=password_hash, refunds=(credit, missing)
                )
        outcomes += [(await tallies.count((hit,), now=NOW)).verdict for _ in range(2)]
        assert outcomes == [Verdict.COUNTS] * 4 + [Verdict.USED_UP]

    async def test_starts_nothing_for_an_outdated_password(
        self, sessions: SessionRepository, user: User
    ) -> None:
        with pytest.raises(InvalidCredentials):
            await sessions.start(a_session(user, now=NOW), password_hash=a_password_hash("another"))
        assert await sessions.of_user(user.id, now=NOW) == []

    async def test_starts_nothing_for_somebody_disabled(
        self, sessions: SessionRepository, users: UserRepository, user: User
    ) -> None:
        await users.set_disabled(user.id, NOW)
        with pytest.raises(InvalidCredentials):
            await sessions.start(a_session(user, now=NOW), password_hash=user.password_hash)

    @pytest.mark.parametrize("moment", ["refresh_expires_at", "expires_at"])
    async def test_finds_nothing_once_it_is_over(
        self, sessions: SessionRepository, user: User, moment: str
    ) -> None:
        """R29 (CVE-2025-64708 (authentik); CWE-613): something is over only once a cleaner has run."""
        session = replace(a_session(user, now=NOW), refresh_expires_at=SOON, expires_at=SOON)
        await sessions.start(session, password_hash=user.password_hash)
        over: datetime = getattr(session, moment)
        assert await sessions.find(session.id, now=over - timedelta(milliseconds=1))
        assert await sessions.find(session.id, now=over) is None
        assert await sessions.of_user(user.id, now=over) == []
        assert await sessions.end(user.id, now=over) == 0

    async def test_finds_nothing_of_somebody_disabled(
        self, sessions: SessionRepository, users: UserRepository, session: Session, user: User
    ) -> None:
        """R28: disabled accounts and ended sessions work on, in one of several stores.

        CVE-2025-29928, CVE-2025-53942 (authentik), CVE-2024-47000 (Zitadel); CWE-613.
        """
        await users.set_disabled(user.id, NOW)
        assert await sessions.find(session.id, now=NOW) is None
        assert await self.rotate(sessions, session) is None

    async def rotate(
        self,
        sessions: SessionRepository,
        session: Session,
        *,
        to: str = "successor",
        now: datetime = SOON,
        until: datetime = LATE,
    ) -> Session | None:
        return await sessions.rotate(
            session.id,
            spent=(a_digest("unrelated"), session.refresh_digest),
            successor=a_digest(to),
            now=now,
            refresh_until=until,
        )

    async def test_rotates_what_fits(self, sessions: SessionRepository, session: Session) -> None:
        rotated = await self.rotate(sessions, session)
        assert rotated == replace(
            session,
            refresh_digest=a_digest("successor"),
            refresh_expires_at=LATE,
            spent_digest=session.refresh_digest,
            spent_at=SOON,
            last_used_at=SOON,
        )
        found = await sessions.find(session.id, now=SOON)
        assert found
        assert found.session == rotated

    async def test_never_rotates_beyond_the_end(self, sessions: SessionRepository, session: Session) -> None:
        rotated = await self.rotate(sessions, session, until=session.expires_at + timedelta(days=1))
        assert rotated
        assert rotated.refresh_expires_at == session.expires_at

    async def test_does_not_rotate_what_does_not_fit(
        self, sessions: SessionRepository, session: Session
    ) -> None:
        other = replace(session, refresh_digest=a_digest("other"))
        assert await self.rotate(sessions, other) is None
        found = await sessions.find(session.id, now=SOON)
        assert found
        assert found.session == session

    async def test_does_not_rotate_once_it_is_over(
        self, sessions: SessionRepository, session: Session
    ) -> None:
        """R29 (CVE-2025-64708 (authentik); CWE-613): something is over only once a cleaner has run."""
        assert await self.rotate(sessions, session, now=session.refresh_expires_at) is None

    async def test_does_not_rotate_what_has_ended(
        self, sessions: SessionRepository, session: Session, user: User
    ) -> None:
        await sessions.end(user.id, only=session.id, now=NOW)
        assert await self.rotate(sessions, session) is None

    async def test_lets_one_of_many_rotate_at_once(
        self, sessions: SessionRepository, session: Session
    ) -> None:
        """R14 (CVE-2026-1035 (Keycloak); CWE-367): parallel refreshes of one token give several."""
        outcomes = await asyncio.gather(*(self.rotate(sessions, session, to=str(n)) for n in range(32)))
        winners = [outcome for outcome in outcomes if outcome]
        assert len(winners) == 1
        found = await sessions.find(session.id, now=SOON)
        assert found
        assert found.session == winners[0]

    async def test_lists_the_sessions_of_a_user_newest_first(
        self, sessions: SessionRepository, users: UserRepository, user: User
    ) -> None:
        mine = [a_session(user, now=NOW + timedelta(hours=hours)) for hours in (0, 2, 1)]
        for session in mine:
            await sessions.start(session, password_hash=user.password_hash)
        other = await users.add(
            username=a_username(a_name()), fullname=a_full_name(), password_hash=a_password_hash()
        )
        await sessions.start(a_session(other, now=NOW), password_hash=other.password_hash)
        assert await sessions.of_user(user.id, now=SOON) == [mine[1], mine[2], mine[0]]

    async def test_ends_one_or_all_but_one_or_all(self, sessions: SessionRepository, user: User) -> None:
        one, two, three, four = (a_session(user, now=NOW + timedelta(hours=n)) for n in range(4))
        for session in (one, two, three, four):
            await sessions.start(session, password_hash=user.password_hash)
        assert await sessions.end(user.id, only=four.id, now=SOON) == 1
        assert await sessions.of_user(user.id, now=SOON) == [three, two, one]
        assert await sessions.end(user.id, but=two.id, now=SOON) == 2
        assert await sessions.of_user(user.id, now=SOON) == [two]
        assert await sessions.end(user.id, now=SOON) == 1
        assert await sessions.of_user(user.id, now=SOON) == []
        assert await sessions.end(user.id, now=SOON) == 0

    async def test_ends_nothing_of_somebody_else(
        self, sessions: SessionRepository, users: UserRepository, session: Session
    ) -> None:
        other = await users.add(
            username=a_username(a_name()), fullname=a_full_name(), password_hash=a_password_hash()
        )
        assert await sessions.end(other.id, only=session.id, now=NOW) == 0
        assert await sessions.find(session.id, now=NOW)


class SweeperContract(SessionRepositoryContract):
    @abstractmethod
    @pytest.fixture
    def sweeper(self, users: UserRepository) -> Sweeper: ...

    async def test_sweeps_what_is_over_in_batches_and_nothing_else(
        self, sessions: SessionRepository, sweeper: Sweeper, user: User
    ) -> None:
        long_ago = NOW - timedelta(days=4_000)  # before any other test's sessions
        while await sweeper.sweep(over_since=long_ago, at_most=100):
            pass  # tallies, for instance
        old = [a_session(user, now=long_ago) for _ in range(4)]
        kept = a_session(user, now=NOW)
        for session in (*old, kept):
            await sessions.start(session, password_hash=user.password_hash)
        await sessions.end(user.id, only=old[0].id, now=long_ago)
        over = long_ago + timedelta(hours=1)
        assert await sweeper.sweep(over_since=over, at_most=3) == 1
        over = old[0].expires_at + timedelta(hours=1)
        assert await sweeper.sweep(over_since=over, at_most=2) == 2
        assert await sweeper.sweep(over_since=over, at_most=2) == 1
        assert await sweeper.sweep(over_since=over, at_most=2) == 0
        assert await sessions.of_user(user.id, now=NOW) == [kept]

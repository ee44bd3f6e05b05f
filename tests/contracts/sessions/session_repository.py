"""The promises of a `SessionRepository`."""

import asyncio
from abc import ABC, abstractmethod
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from secrets import token_bytes

import pytest
from tests.builders import a_digest, a_new_user, a_password_hash, a_session
from tests.harness.editions import size

from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.accounts.user import User
from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.passwords.password import PasswordHash
from fastauth.domain.passwords.ports import PasswordRepository
from fastauth.domain.rate_limits.burst_limit import BurstLimit
from fastauth.domain.rate_limits.counter import CounterKey
from fastauth.domain.rate_limits.hit import Decision, Hit, Scope
from fastauth.domain.rate_limits.ports import CounterRepository
from fastauth.domain.rate_limits.rate_limit import RateLimit
from fastauth.domain.rate_limits.refund import Decrement, Reset
from fastauth.domain.sessions.ports import SessionRepository
from fastauth.domain.sessions.proof import PasskeyProof, PasswordProof, SessionProof, TwoFactorProof
from fastauth.domain.sessions.session import MAX_COUNTED, Rotation, Session, SessionCursor, SessionId

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SOON = NOW + timedelta(days=1)
LATE = NOW + timedelta(days=6)


class SessionRepositoryContract(ABC):
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
    def counters(self, users: UserRepository) -> CounterRepository: ...

    @pytest.fixture
    async def user(self, passwords: PasswordRepository) -> User:
        return await passwords.add_user(a_new_user(), a_password_hash())

    @pytest.fixture
    async def session(self, sessions: SessionRepository, user: User) -> Session:
        session = a_session(user, now=NOW)
        await sessions.add(session, proof=PasswordProof(a_password_hash()), max_sessions=100)
        return session

    async def test_finds_session_and_user(
        self, sessions: SessionRepository, session: Session, user: User
    ) -> None:
        caller = await sessions.find(session.id, now=NOW)
        assert caller
        assert (caller.session, caller.user) == (session, user)

    async def test_unknown_id_is_not_found(self, sessions: SessionRepository, session: Session) -> None:
        assert await sessions.find(SessionId(session.id[::-1]), now=NOW) is None

    async def test_add_applies_refunds(
        self, sessions: SessionRepository, counters: CounterRepository, user: User
    ) -> None:
        hit = Hit(CounterKey(token_bytes(16)), RateLimit(2, timedelta(minutes=1)), Scope.ACCOUNT)
        credit, missing = Decrement(hit.key, hit.rule), Reset(CounterKey(token_bytes(16)))
        outcomes = []
        for password_hash in (a_password_hash(), a_password_hash("another"), a_password_hash()):
            outcomes.append((await counters.count((hit,), now=NOW)).decision)
            with suppress(InvalidCredentials):
                await sessions.add(
                    a_session(user, now=NOW),
                    proof=PasswordProof(password_hash),
                    max_sessions=100,
                    refunds=(credit, missing),
                )
        outcomes += [(await counters.count((hit,), now=NOW)).decision for _ in range(2)]
        assert outcomes == [Decision.ALLOWED] * 4 + [Decision.LIMITED]

    async def test_step_up_stores_time_and_methods(
        self, sessions: SessionRepository, session: Session, user: User
    ) -> None:
        """Neither a refresh nor the list of sessions loses them."""
        methods = ("pwd", "otp", "mfa")
        hashed = a_password_hash()
        assert await sessions.step_up(session.id, methods=methods, proof=TwoFactorProof(hashed), now=SOON)
        caller = await sessions.find(session.id, now=SOON)
        assert caller
        assert caller.session == replace(session, authenticated_at=SOON, methods=methods)
        rotation = Rotation(
            presented=(session.refresh_digest,),
            successor=a_digest("next"),
            expires_at=SOON + timedelta(days=7),
        )
        renewed = await sessions.rotate(session.id, rotation, now=SOON)
        assert renewed
        assert (renewed.session.authenticated_at, renewed.session.methods) == (SOON, methods)

    async def test_set_methods_of_one_session_or_of_all(
        self, sessions: SessionRepository, passwords: PasswordRepository, user: User
    ) -> None:
        other = await passwords.add_user(a_new_user(), a_password_hash())
        started = [a_session(each, now=NOW) for each in (user, user, other)]
        for each in started:
            await sessions.add(each, proof=PasswordProof(a_password_hash()), max_sessions=9)

        async def methods() -> list[str]:
            found = [await sessions.find(each.id, now=NOW) for each in started]
            assert {each.session.authenticated_at for each in found if each} == {NOW}
            return [" ".join(each.session.methods) for each in found if each]

        await sessions.set_methods(user.id, ("pwd", "otp", "mfa"), session_id=started[0].id)
        assert await methods() == ["pwd otp mfa", "pwd", "pwd"]
        await sessions.set_methods(other.id, ("pwd", "otp", "mfa"), session_id=started[0].id)
        assert await methods() == ["pwd otp mfa", "pwd", "pwd"]
        await sessions.set_methods(user.id, ("swk", "user", "mfa"))
        assert await methods() == ["swk user mfa", "swk user mfa", "pwd"]

    async def test_step_up_needs_active_session_and_current_password(
        self, sessions: SessionRepository, users: UserRepository, user: User
    ) -> None:
        async def steps_up(session: Session, hashed: str = "a hash") -> bool:
            grants = await sessions.step_up(
                session.id, methods=("pwd",), proof=PasswordProof(PasswordHash(hashed)), now=SOON
            )
            found = await sessions.find(session.id, now=SOON)
            assert (grants is not None) == bool(found and found.session.authenticated_at == SOON)
            return grants is not None

        ended, left_behind, current = [a_session(user, now=NOW) for _ in range(3)]
        for each in (ended, left_behind, current):
            await sessions.add(each, proof=PasswordProof(a_password_hash()), max_sessions=100)
        await sessions.revoke(user.id, session_id=ended.id, now=NOW)
        await sessions.revoke_all(user.id, except_=current.id, now=NOW)
        assert not await steps_up(ended)
        assert not await steps_up(left_behind)
        assert not await steps_up(current, a_password_hash("another").encoded)
        await users.set_disabled(user.id, NOW)
        assert not await steps_up(current)
        await users.set_disabled(user.id, None)
        assert await steps_up(current)

    async def test_passkey_needs_an_enabled_account_and_no_password(
        self, sessions: SessionRepository, users: UserRepository
    ) -> None:
        methods = ("hwk", "user", "mfa")
        user = await users.add(a_new_user())
        session = replace(a_session(user, now=NOW), methods=methods)
        await sessions.add(session, proof=PasskeyProof(), max_sessions=100)
        assert await sessions.step_up(session.id, methods=methods, proof=PasskeyProof(), now=SOON)
        caller = await sessions.find(session.id, now=SOON)
        assert caller
        assert (caller.session.methods, caller.session.authenticated_at) == (methods, SOON)
        await users.set_disabled(user.id, NOW)
        assert await sessions.step_up(session.id, methods=methods, proof=PasskeyProof(), now=SOON) is None
        with pytest.raises(InvalidCredentials):
            await sessions.add(a_session(user, now=NOW), proof=PasskeyProof(), max_sessions=100)

    async def test_add_rejects_changed_password(self, sessions: SessionRepository, user: User) -> None:
        with pytest.raises(InvalidCredentials):
            await sessions.add(
                a_session(user, now=NOW), proof=PasswordProof(a_password_hash("another")), max_sessions=100
            )
        assert await sessions.list_active(user.id, now=NOW, limit=100) == []

    async def test_add_rejects_disabled_user(
        self, sessions: SessionRepository, users: UserRepository, user: User
    ) -> None:
        await users.set_disabled(user.id, NOW)
        with pytest.raises(InvalidCredentials):
            await sessions.add(
                a_session(user, now=NOW), proof=PasswordProof(a_password_hash()), max_sessions=100
            )

    @pytest.mark.parametrize("moment", ["refresh_expires_at", "expires_at"])
    async def test_expired_session_is_not_found(
        self, sessions: SessionRepository, user: User, moment: str
    ) -> None:
        """R29 (CVE-2025-64708 (authentik); CWE-613): something is over only once a cleaner has run."""
        session = replace(a_session(user, now=NOW), refresh_expires_at=SOON, expires_at=SOON)
        await sessions.add(session, proof=PasswordProof(a_password_hash()), max_sessions=100)
        over: datetime = getattr(session, moment)
        assert await sessions.find(session.id, now=over - timedelta(milliseconds=1))
        assert await sessions.find(session.id, now=over) is None
        assert await sessions.list_active(user.id, now=over, limit=100) == []
        assert await sessions.revoke(user.id, session_id=session.id, now=over) == 0
        assert await sessions.revoke_all(user.id, now=over) == 0

    async def test_session_of_disabled_user_is_not_found(
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
        **changes: object,
    ) -> Session | None:
        renewed = await sessions.rotate(
            session.id,
            replace(
                Rotation(
                    presented=(a_digest("unrelated"), session.refresh_digest),
                    successor=a_digest(to),
                    expires_at=LATE,
                    client=session.client.digest(),
                ),
                **changes,  # type: ignore[arg-type]  # its fields
            ),
            now=now,
        )
        return renewed.session if renewed else None

    async def test_rotates_if_any_presented_digest_is_current(
        self, sessions: SessionRepository, session: Session
    ) -> None:
        """With three secret keys a token has three digests, one of which is stored."""
        digests = (a_digest("newest"), session.refresh_digest, a_digest("oldest"))
        assert await self.rotate(sessions, session, presented=digests)

    async def test_rotates_current_token(self, sessions: SessionRepository, session: Session) -> None:
        rotated = await self.rotate(sessions, session)
        assert rotated == replace(
            session,
            refresh_digest=a_digest("successor"),
            refresh_expires_at=LATE,
            previous_digest=session.refresh_digest,
            rotated_at=SOON,
            rotated_by=session.client.digest(),
            last_used_at=SOON,
        )
        found = await sessions.find(session.id, now=SOON)
        assert found
        assert found.session == rotated

    async def test_rotation_keeps_absolute_timeout(
        self, sessions: SessionRepository, session: Session
    ) -> None:
        rotated = await self.rotate(sessions, session, expires_at=session.expires_at + timedelta(days=1))
        assert rotated
        assert rotated.refresh_expires_at == session.expires_at

    async def test_does_not_rotate_another_token(self, sessions: SessionRepository, session: Session) -> None:
        other = replace(session, refresh_digest=a_digest("other"))
        assert await self.rotate(sessions, other) is None
        found = await sessions.find(session.id, now=SOON)
        assert found
        assert found.session == session

    async def test_does_not_rotate_expired_session(
        self, sessions: SessionRepository, session: Session
    ) -> None:
        """R29 (CVE-2025-64708 (authentik); CWE-613): something is over only once a cleaner has run."""
        assert await self.rotate(sessions, session, now=session.refresh_expires_at) is None

    async def test_does_not_rotate_revoked_session(
        self, sessions: SessionRepository, session: Session, user: User
    ) -> None:
        await sessions.revoke(user.id, session_id=session.id, now=NOW)
        assert await self.rotate(sessions, session) is None

    async def test_one_of_concurrent_rotations_succeeds(
        self, sessions: SessionRepository, session: Session
    ) -> None:
        """R14 (CVE-2026-1035 (Keycloak); CWE-367): parallel refreshes of one token give several."""
        outcomes = await asyncio.gather(*(self.rotate(sessions, session, to=str(n)) for n in range(32)))
        winners = [outcome for outcome in outcomes if outcome]
        assert len(winners) == 1
        found = await sessions.find(session.id, now=SOON)
        assert found
        assert found.session == winners[0]

    async def test_lists_active_sessions_newest_first(
        self, sessions: SessionRepository, passwords: PasswordRepository, user: User
    ) -> None:
        mine = [a_session(user, now=NOW + timedelta(hours=hours)) for hours in (0, 2, 1)]
        for session in mine:
            await sessions.add(session, proof=PasswordProof(a_password_hash()), max_sessions=100)
        other = await passwords.add_user(a_new_user(), a_password_hash())
        await sessions.add(
            a_session(other, now=NOW), proof=PasswordProof(a_password_hash()), max_sessions=100
        )
        assert await sessions.list_active(user.id, now=SOON, limit=100) == [mine[1], mine[2], mine[0]]

    async def test_revokes_one_all_but_one_or_all(self, sessions: SessionRepository, user: User) -> None:
        one, two, three, four = (a_session(user, now=NOW + timedelta(hours=n)) for n in range(4))
        for session in (one, two, three, four):
            await sessions.add(session, proof=PasswordProof(a_password_hash()), max_sessions=100)
        assert await sessions.revoke(user.id, session_id=four.id, now=SOON) == 1
        assert await sessions.list_active(user.id, now=SOON, limit=100) == [three, two, one]
        assert await sessions.revoke_all(user.id, except_=two.id, now=SOON) == 2
        assert await sessions.list_active(user.id, now=SOON, limit=100) == [two]
        assert await sessions.revoke_all(user.id, now=SOON) == 1
        assert await sessions.list_active(user.id, now=SOON, limit=100) == []
        assert await sessions.revoke_all(user.id, now=SOON) == 0

    async def test_pages(self, sessions: SessionRepository, user: User) -> None:
        twins = [a_session(user, now=NOW) for _ in range(4)]  # begun at the same instant
        for session in (*twins, a_session(user, now=SOON)):
            await sessions.add(session, proof=PasswordProof(a_password_hash()), max_sessions=100)
        found: list[Session] = []
        while page := await sessions.list_active(
            user.id,
            now=SOON,
            after=SessionCursor(found[-1].created_at, found[-1].id) if found else None,
            limit=3,
        ):
            found += page
        assert len(found) == len({session.id for session in found}) == 5
        assert {session.id for session in found[1:]} == {session.id for session in twins}

    async def test_another_session_starts_one_while_it_is_active(
        self, sessions: SessionRepository, users: UserRepository, user: User
    ) -> None:
        origin, other, ended = (a_session(user, now=NOW) for _ in range(3))
        for each in (origin, other, ended):
            await sessions.add(each, proof=PasswordProof(a_password_hash()), max_sessions=100)
        await sessions.revoke(user.id, session_id=ended.id, now=NOW)
        stranger = await users.add(a_new_user())
        expired = origin.refresh_expires_at

        async def starts(session: Session, of: SessionId = origin.id) -> bool:
            with suppress(InvalidCredentials):
                await sessions.add(session, proof=SessionProof(of), max_sessions=100)
                return True
            return False

        new = replace(
            a_session(user, now=SOON), authenticated_at=NOW - timedelta(hours=1), methods=("hwk", "user")
        )
        assert await starts(new)
        caller = await sessions.find(new.id, now=SOON)
        assert caller
        assert caller.session == new
        assert not await starts(a_session(user, now=SOON), ended.id)
        assert not await starts(a_session(user, now=SOON), SessionId(origin.id[::-1]))
        assert not await starts(a_session(stranger, now=SOON))
        assert not await starts(a_session(user, now=expired))
        await users.set_disabled(user.id, NOW)
        assert not await starts(a_session(user, now=SOON))
        await users.set_disabled(user.id, None)
        assert await starts(a_session(user, now=SOON))
        await sessions.revoke_all(user.id, except_=other.id, now=SOON)
        assert not await starts(a_session(user, now=SOON))
        assert await starts(a_session(user, now=SOON), other.id)

    async def test_add_revokes_oldest_beyond_maximum(self, sessions: SessionRepository, user: User) -> None:
        oldest, old, ended, expired = (a_session(user, now=NOW + timedelta(hours=n)) for n in range(4))
        expired = replace(expired, refresh_expires_at=SOON)
        for session in (oldest, old, ended, expired):
            await sessions.add(session, proof=PasswordProof(a_password_hash()), max_sessions=100)
        await sessions.revoke(user.id, session_id=ended.id, now=SOON)
        new, newer, newest = (a_session(user, now=SOON + timedelta(hours=n)) for n in range(3))
        await sessions.add(new, proof=PasswordProof(a_password_hash()), max_sessions=3)
        assert await sessions.list_active(user.id, now=SOON, limit=100) == [new, old, oldest]
        await sessions.add(newer, proof=PasswordProof(a_password_hash()), max_sessions=3)
        assert await sessions.list_active(user.id, now=SOON, limit=100) == [newer, new, old]
        await sessions.add(newest, proof=PasswordProof(a_password_hash()), max_sessions=1)
        assert await sessions.list_active(user.id, now=SOON, limit=100) == [newest]
        assert await sessions.find(old.id, now=SOON) is None

    async def test_rejected_add_revokes_nothing(
        self, sessions: SessionRepository, session: Session, user: User
    ) -> None:
        with pytest.raises(InvalidCredentials):
            await sessions.add(
                a_session(user, now=SOON), proof=PasswordProof(a_password_hash("another")), max_sessions=1
            )
        assert await sessions.find(session.id, now=SOON)

    async def test_revoke_all_is_not_bounded_by_count(self, sessions: SessionRepository, user: User) -> None:
        many = [a_session(user, now=NOW) for _ in range(MAX_COUNTED + 2)]
        for each in many:
            await sessions.add(each, proof=PasswordProof(a_password_hash()), max_sessions=2 * MAX_COUNTED)
        kept = await self.rotate(sessions, many[0])
        assert kept
        assert await sessions.revoke_all(user.id, except_=kept.id, now=SOON) == MAX_COUNTED
        assert await sessions.list_active(user.id, now=SOON, limit=100) == [kept]
        for each in many[1 :: size(50, 1)]:
            assert await sessions.find(each.id, now=SOON) is None
            assert await self.rotate(sessions, each) is None
            assert await sessions.revoke(user.id, session_id=each.id, now=SOON) == 0
        new = a_session(user, now=SOON)
        await sessions.add(new, proof=PasswordProof(a_password_hash()), max_sessions=100)
        assert await sessions.list_active(user.id, now=SOON, limit=100) == [new, kept]
        assert await sessions.revoke_all(user.id, now=SOON) == 2

    async def test_revoke_all_does_not_restore_exception(
        self, sessions: SessionRepository, session: Session, user: User
    ) -> None:
        await sessions.revoke_all(user.id, now=SOON)
        assert await sessions.revoke_all(user.id, except_=session.id, now=SOON) == 0
        assert await sessions.find(session.id, now=SOON) is None

    async def test_rotation_limit(self, sessions: SessionRepository, session: Session) -> None:
        pace = BurstLimit(burst=2, interval=timedelta(seconds=10))
        moments = [(0, True), (0, True), (0, False), (9.999999, False), (10, True), (10, False), (40, True)]
        moments += [(30, False), (40, True), (30, False), (40, False)]  # a clock that is behind gains nothing
        moments += [(-100_000, True)]  # one that had been far ahead ends no session
        for number, (seconds, is_allowed) in enumerate(moments):
            now = SOON + timedelta(seconds=seconds)
            rotated = await self.rotate(sessions, session, to=str(number), now=now, limit=pace)
            assert (rotated is not None) == is_allowed, seconds
            found = await sessions.find(session.id, now=now)
            assert found
            if not rotated:
                assert pace.retry_after(found.session.refresh_arrival_time, now) > timedelta(0)
            session = found.session

    async def test_does_not_revoke_session_of_another_user(
        self, sessions: SessionRepository, passwords: PasswordRepository, session: Session
    ) -> None:
        other = await passwords.add_user(a_new_user(), a_password_hash())
        assert await sessions.revoke(other.id, session_id=session.id, now=NOW) == 0
        assert await sessions.find(session.id, now=NOW)

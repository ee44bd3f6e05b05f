"""Renewal of a session: rotation, replay, reuse, limits."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.application import A_DEVICE, A_SECRET_KEY, Application
from tests.fakes import FakeSessionRepository, FakeStorage
from tests.session_helpers import caller_of, happened, is_over, refresh

from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.rate_limits.burst_limit import REFRESHES
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.domain.secret_key import SecretKey
from fastauth.domain.sessions.access_token import TokenPair
from fastauth.domain.sessions.errors import InvalidRefreshToken
from fastauth.domain.sessions.refresh_token import RefreshTokenCodec
from fastauth.domain.sessions.session import (
    ClientInfo,
    RenewedSession,
    Rotation,
    SessionId,
    SessionPolicy,
)

ELSEWHERE = ClientInfo(user_agent="another browser", address="198.51.100.1")
ANOTHER_SECRET_KEY = SecretKey(b"another secret key of the tests, 32 bytes")


class TestClientDigest:
    def test_is_stable_across_versions(self) -> None:
        """It is stored: another version of the service recognises the client as well."""
        assert A_DEVICE.digest().hex() == "3a8200730d4c1b6256c8ffd59e580ac2"
        assert replace(A_DEVICE, address="192.0.2.2").digest() != A_DEVICE.digest()


class TestRefreshSession:
    async def test_returns_successor_and_new_access_token(self, app: Application, tokens: TokenPair) -> None:
        app.clock.advance(minutes=5)
        following = await refresh(app, tokens)
        assert following.refresh != tokens.refresh
        assert following.access.text != tokens.access.text
        assert len(app.storage.sessions) == 1
        assert (await caller_of(app, following)).session.last_used_at == app.clock.now()

    async def test_auth_time_stays_the_time_of_log_in(self, app: Application, tokens: TokenPair) -> None:
        began_at = app.clock.now()
        app.clock.advance(minutes=5)
        claims = await app.container.access_tokens().verify((await refresh(app, tokens)).access.text)
        (session,) = app.storage.sessions.values()
        assert (claims.user_id, claims.session_id) == (session.user_id, session.id)
        assert claims.authenticated_at == began_at

    async def test_replay_within_grace_returns_same_successor(
        self, app: Application, tokens: TokenPair
    ) -> None:
        following = await refresh(app, tokens)
        app.clock.advance(seconds=9.999)
        assert (await refresh(app, tokens, ELSEWHERE)).refresh == following.refresh
        assert (await refresh(app, following)).refresh != following.refresh

    async def test_replay_under_a_clock_that_was_set_back(self, app: Application, tokens: TokenPair) -> None:
        """Of a rotation 30 seconds ahead it may be a lost response; of one further ahead it is a replay."""
        following = await refresh(app, tokens, ELSEWHERE)
        app.clock.advance(seconds=-30)
        assert (await refresh(app, tokens)).refresh == following.refresh
        app.clock.advance(microseconds=-1)
        assert await is_over(app, tokens)

    async def test_replay_after_grace_revokes_session(self, app: Application, tokens: TokenPair) -> None:
        following = await refresh(app, tokens, ELSEWHERE)
        app.clock.advance(seconds=10)
        assert await is_over(app, tokens)
        assert await is_over(app, following)
        (session,) = app.storage.sessions.values()
        (event,) = happened(app, EventType.REFRESH_TOKEN_REUSED)
        assert event == Event(
            type=EventType.REFRESH_TOKEN_REUSED,
            occurred_at=app.clock.now(),
            user_id=session.user_id,
            session_id=session.id,
        )

    @pytest.mark.parametrize("other", ["192.0.2.2", "another browser"])
    async def test_same_client_may_replay_for_ten_minutes(
        self, app: Application, tokens: TokenPair, other: str
    ) -> None:
        following = await refresh(app, tokens)
        app.clock.advance(minutes=9, seconds=59.999)
        assert (await refresh(app, tokens)).refresh == following.refresh
        changed = {"address": other} if other[0].isdigit() else {"user_agent": other}
        with pytest.raises(InvalidRefreshToken):
            await refresh(app, tokens, replace(A_DEVICE, **changed))
        assert await is_over(app, following)

    async def test_same_client_replay_ends_after_ten_minutes(
        self, app: Application, tokens: TokenPair
    ) -> None:
        following = await refresh(app, tokens)
        app.clock.advance(minutes=10)
        assert await is_over(app, tokens)
        assert await is_over(app, following)

    async def test_no_replay_after_successor_was_used(self, app: Application, tokens: TokenPair) -> None:
        following = await refresh(app, await refresh(app, tokens))
        app.clock.advance(minutes=1)
        assert await is_over(app, tokens)
        assert await is_over(app, following)

    async def test_refresh_limit_keeps_token_valid(self) -> None:
        app = Application(policy=SessionPolicy(refresh_limit=REFRESHES))
        await app.a_user()
        tokens = await app.a_log_in()
        for _ in range(REFRESHES.burst):
            tokens = await refresh(app, tokens)
        for _ in range(2):
            with pytest.raises(TooManyRequests) as refusal:
                await refresh(app, tokens)
            assert refusal.value.retry_after == 10
        app.clock.advance(seconds=10)
        for _ in range(100):
            tokens = await refresh(app, tokens)
            app.clock.advance(seconds=10)
        assert len(happened(app, EventType.SESSION_RENEWED)) == 1 + 100 * 10 // 60

    async def test_current_token_that_was_not_replaced_can_be_used_again(self) -> None:
        """The account was disabled for a moment: no limit says how long to wait."""

        class DisabledAtFirst(FakeSessionRepository):
            rotate_now = False

            async def rotate(
                self, session_id: SessionId, rotation: Rotation, *, now: datetime
            ) -> RenewedSession | None:
                return await super().rotate(session_id, rotation, now=now) if self.rotate_now else None

        storage = FakeStorage()
        sessions = DisabledAtFirst(storage)
        app = Application(storage=storage, sessions=sessions)
        await app.a_user()
        tokens = await app.a_log_in()
        with pytest.raises(TooManyRequests) as refusal:
            await refresh(app, tokens)
        assert refusal.value.retry_after == 1
        sessions.rotate_now = True
        assert await refresh(app, tokens)

    async def test_reuse_after_successor_was_used_revokes_session(
        self, app: Application, tokens: TokenPair
    ) -> None:
        """R52: a rotation forks, or a successor survives the end of its family.

        GHSA-392p-2q2v-4372 (better-auth); CWE-362.
        """
        following = await refresh(app, await refresh(app, tokens))
        assert await is_over(app, tokens)
        assert await is_over(app, following)

    async def test_zero_grace_rejects_replay(self) -> None:
        app = Application(policy=SessionPolicy(rotation_grace=timedelta(0)))
        await app.a_user()
        tokens = await app.a_log_in()
        following = await refresh(app, tokens)
        assert await is_over(app, tokens)
        assert await is_over(app, following)

    async def test_zero_grace_rejects_concurrent_refresh(self) -> None:
        app = Application(policy=SessionPolicy(rotation_grace=timedelta(0)))
        await app.a_user()
        tokens = await app.a_log_in()
        following = await refresh(app, tokens)
        app.clock.advance(milliseconds=-1)
        assert await is_over(app, tokens)
        assert await is_over(app, following)

    async def test_reuse_revokes_only_its_session(self, app: Application, tokens: TokenPair) -> None:
        other = await app.a_log_in()
        await refresh(app, await refresh(app, tokens))
        assert await is_over(app, tokens)
        assert await refresh(app, other)

    async def test_reuse_is_recorded_once(self, app: Application, tokens: TokenPair) -> None:
        await refresh(app, await refresh(app, tokens))
        for _ in range(3):
            assert await is_over(app, tokens)
        assert app.event_types().count(EventType.REFRESH_TOKEN_REUSED) == 1

    async def test_forged_token_revokes_nothing(self, app: Application, tokens: TokenPair) -> None:
        head, tail = tokens.refresh[:60], tokens.refresh[60:]
        for forged in (head + tail.swapcase(), tokens.refresh[:-1], tokens.refresh + "A", tail, "", "fa_rt_"):
            with pytest.raises(InvalidRefreshToken):
                await app.refresh_session(refresh_token=forged, client=A_DEVICE)
        assert await refresh(app, tokens)

    async def test_idle_timeout(self, app: Application, tokens: TokenPair) -> None:
        app.clock.advance(timedelta(days=7) - timedelta(microseconds=1))
        following = await refresh(app, tokens)
        app.clock.advance(days=7)
        assert await is_over(app, following)
        assert EventType.REFRESH_TOKEN_REUSED not in app.event_types()

    async def test_absolute_timeout(self, app: Application, tokens: TokenPair) -> None:
        for _ in range(29):
            app.clock.advance(days=1)
            tokens = await refresh(app, tokens)
        app.clock.advance(timedelta(days=1) - timedelta(microseconds=1))
        tokens = await refresh(app, tokens)
        app.clock.advance(timedelta(microseconds=1))
        assert await is_over(app, tokens)

    async def test_older_secret_key_still_verifies(self, app: Application, tokens: TokenPair) -> None:
        await refresh(app, tokens)
        both = replace(
            app.refresh_session, refresh_tokens=RefreshTokenCodec(ANOTHER_SECRET_KEY, A_SECRET_KEY)
        )
        repeated = await both(refresh_token=tokens.refresh, client=A_DEVICE)
        following = await both(refresh_token=repeated.refresh, client=A_DEVICE)
        alone = replace(app.refresh_session, refresh_tokens=RefreshTokenCodec(ANOTHER_SECRET_KEY))
        assert await alone(refresh_token=following.refresh, client=A_DEVICE)
        with pytest.raises(InvalidRefreshToken):
            await alone(refresh_token=tokens.refresh, client=A_DEVICE)

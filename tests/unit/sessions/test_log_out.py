"""Log out of one session or of all."""

import pytest
from tests.application import Application
from tests.session_helpers import caller_of, event_now, happened, is_over, refresh

from fastauth.domain.audit.event import EventType
from fastauth.domain.sessions.access_token import TokenPair
from fastauth.domain.sessions.errors import SessionNotFound
from fastauth.domain.sessions.session import SessionId


class TestLogOut:
    async def test_ends_one_session(self, app: Application, tokens: TokenPair) -> None:
        other = await app.a_log_in()
        caller = await caller_of(app, tokens)
        app.clock.advance(minutes=1)
        await app.log_out(caller=caller, session_id=caller.session.id)
        assert happened(app, EventType.LOGGED_OUT) == [
            event_now(app, EventType.LOGGED_OUT, user_id=caller.user.id, session_id=caller.session.id)
        ]
        assert await is_over(app, tokens)
        assert await refresh(app, other)

    async def test_ends_all_sessions(self, app: Application, tokens: TokenPair) -> None:
        await app.a_user("other")
        others = await app.a_log_in("other")
        second = await app.a_log_in()
        caller = await caller_of(app, tokens)
        await app.log_out(caller=caller, session_id=None)
        assert happened(app, EventType.LOGGED_OUT) == [
            event_now(app, EventType.LOGGED_OUT, user_id=caller.user.id)
        ]
        assert await is_over(app, tokens)
        assert await is_over(app, second)
        assert await refresh(app, others)

    @pytest.mark.parametrize("whose", ["nobody", "another", "ended"])
    async def test_other_users_session_is_not_found(
        self, app: Application, tokens: TokenPair, whose: str
    ) -> None:
        """R35 (CVE-2025-61928 (better-auth); CWE-639): the body determines the caller."""
        await app.a_user("other")
        caller, stranger = (
            await caller_of(app, tokens),
            await caller_of(app, await app.a_log_in("other")),
        )
        ended = (await caller_of(app, await app.a_log_in())).session.id
        await app.log_out(caller=caller, session_id=ended)
        session_id = {"nobody": SessionId("0" * 32), "another": stranger.session.id, "ended": ended}[whose]
        with pytest.raises(SessionNotFound):
            await app.log_out(caller=caller, session_id=session_id)
        assert not app.storage.sessions[stranger.session.id].ended_at

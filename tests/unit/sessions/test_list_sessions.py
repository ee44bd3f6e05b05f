"""List the sessions of the caller."""

from tests.application import Application
from tests.session_helpers import caller_of

from fastauth.domain.sessions.access_token import TokenPair


class TestListSessions:
    async def test_lists_own_active_sessions_newest_first(self, app: Application, tokens: TokenPair) -> None:
        app.clock.advance(seconds=1)
        second = await app.a_log_in()
        await app.a_user("other")
        await app.a_log_in("other")
        caller = await caller_of(app, second)
        listed, following = await app.list_sessions(caller=caller)
        assert following is None
        assert [session.id for session in listed] == [
            caller.session.id,
            (await caller_of(app, tokens)).session.id,
        ]

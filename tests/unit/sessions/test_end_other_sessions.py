"""End all sessions but one."""

from tests.application import Application
from tests.session_helpers import caller_of, event_now, happened, is_over, refresh

from fastauth.domain.audit.event import EventType
from fastauth.domain.sessions.access_token import TokenPair


async def test_other_sessions_of_the_account_end(app: Application, tokens: TokenPair) -> None:
    await app.a_user("other")
    strangers, second = await app.a_log_in("other"), await app.a_log_in()
    caller = await caller_of(app, tokens)
    for _ in range(2):
        await app.container.end_other_sessions()(caller=caller)
    assert await is_over(app, second)
    assert await refresh(app, tokens)
    assert await refresh(app, strangers)
    ended = event_now(app, EventType.LOGGED_OUT, user_id=caller.user.id)
    assert happened(app, EventType.LOGGED_OUT) == [ended] * 2

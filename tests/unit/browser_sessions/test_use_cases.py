"""Start, authenticate and renew the session of a browser."""

from datetime import timedelta

import pytest
from tests.application import Application
from tests.port_calls import with_calls

from fastauth.application.browser_sessions.authenticate_browser import EXTENSION_INTERVAL
from fastauth.domain.browser_sessions.cookie import SessionCookie
from fastauth.domain.sessions.session import AuthenticatedUser

SECOND = timedelta(seconds=1)


@pytest.fixture
def app() -> Application:
    return Application()


@pytest.fixture
async def caller(app: Application) -> AuthenticatedUser:
    await app.a_user()
    return await app.authenticate(access_token=(await app.a_log_in()).access.text)


@pytest.fixture
async def cookie(app: Application, caller: AuthenticatedUser) -> SessionCookie:
    return await app.container.start_browser_session()(caller=caller)


class TestBrowserSession:
    async def test_cookie_authenticates_until_the_session_ends(
        self, app: Application, caller: AuthenticatedUser, cookie: SessionCookie
    ) -> None:
        authenticate = app.container.authenticate_browser()
        assert await authenticate(cookie=cookie.text) == caller
        assert cookie.expires_at == caller.session.expires_at
        await app.log_out(caller=caller, session_id=caller.session.id)
        assert await authenticate(cookie=cookie.text) is None

    async def test_cookie_is_not_stored(self, app: Application, cookie: SessionCookie) -> None:
        assert cookie.text not in repr(vars(app.storage))

    async def test_unknown_cookies(self, app: Application, cookie: SessionCookie) -> None:
        for text in ("", "x", cookie.text[:-1], cookie.text.swapcase(), "A" * 43, "\0" * 43):
            assert await app.container.authenticate_browser()(cookie=text) is None, text

    async def test_text_that_is_no_cookie_costs_no_statement(self, app: Application) -> None:
        authenticate, found = with_calls(app.container.authenticate_browser(), "browser_sessions")
        authenticate, sessions = with_calls(authenticate, "sessions")
        assert await authenticate(cookie="x") is None
        assert (found.made, sessions.made) == ([], [])
        unknown = app.container.session_cookies().issue()
        assert await authenticate(cookie=unknown) is None
        assert (len(found.made), sessions.made) == (1, [])

    async def test_cookies_are_stored_with_their_time(
        self, app: Application, caller: AuthenticatedUser
    ) -> None:
        digests, now = app.container.session_cookies().digests, app.clock.now()
        start, calls = with_calls(app.container.start_browser_session(), "browser_sessions")
        cookie = await start(caller=caller)
        expected = {"session_id": caller.session.id, "now": now}
        assert calls.made == [("add", digests(cookie.text)[:1], expected)]
        renew, calls = with_calls(app.container.renew_browser_session(), "browser_sessions")
        renewed = await renew(caller=caller, cookie=cookie.text)
        assert renewed
        expected = {"new": digests(renewed.text)[0], "now": now}
        assert calls.made == [("replace", (digests(cookie.text),), expected)]

    async def test_cookie_ends_with_the_account_and_the_password(
        self, app: Application, caller: AuthenticatedUser, cookie: SessionCookie
    ) -> None:
        await app.set_password(username="santosh", password="another")
        assert await app.container.authenticate_browser()(cookie=cookie.text) is None

    async def test_renewed_cookie_replaces_the_former(
        self, app: Application, caller: AuthenticatedUser, cookie: SessionCookie
    ) -> None:
        renew = app.container.renew_browser_session()
        renewed = await renew(caller=caller, cookie=cookie.text)
        assert renewed
        assert renewed.expires_at == caller.session.expires_at
        assert renewed.text != cookie.text
        authenticate = app.container.authenticate_browser()
        assert await authenticate(cookie=cookie.text) is None
        assert await authenticate(cookie=renewed.text) == caller
        assert await renew(caller=caller, cookie=cookie.text) is None

    async def test_use_postpones_the_idle_timeout(
        self, app: Application, caller: AuthenticatedUser, cookie: SessionCookie
    ) -> None:
        authenticate = app.container.authenticate_browser()
        app.clock.advance(EXTENSION_INTERVAL - SECOND)
        await authenticate(cookie=cookie.text)
        assert app.storage.sessions[caller.session.id] == caller.session
        app.clock.advance(SECOND)
        for _ in range(3):
            assert await authenticate(cookie=cookie.text)
            app.clock.advance(app.policy.idle_timeout - SECOND)
            assert await authenticate(cookie=cookie.text)
        app.clock.advance(app.policy.idle_timeout)
        assert await authenticate(cookie=cookie.text) is None

    async def test_absolute_timeout_stays(self, app: Application, cookie: SessionCookie) -> None:
        authenticate = app.container.authenticate_browser()
        days = 0
        while await authenticate(cookie=cookie.text):
            app.clock.advance(timedelta(days=1))
            days += 1
        assert days == app.policy.absolute_timeout.days

"""What follows a log-in on the pages: the cookies, and the page to which it leads."""

from contextlib import suppress

from starlette.responses import Response

from fastauth.application.sessions.login_result import LoginResult
from fastauth.domain.sessions.errors import SessionNotFound
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.pages.browser import BrowserCaller
from fastauth.entrypoints.http.pages.cookies import set_device_cookie, set_session_cookie
from fastauth.entrypoints.http.pages.redirects import redirect


async def enter(
    container: Container, result: LoginResult, *, former: BrowserCaller | None, to: str
) -> Response:
    """Give the new session to the browser and lead it to the page `to`.

    The tokens do not reach the browser. The session that it had before ends: its cookie is replaced.
    """
    caller = await container.authenticate()(access_token=result.tokens.access.text)
    cookie = await container.start_browser_session()(caller=caller)
    if former:
        with suppress(SessionNotFound):  # it has ended meanwhile
            await container.log_out()(caller=former.caller, session_id=former.caller.session.id)
    response = redirect(container, to)
    set_session_cookie(response, cookie, now=container.clock().now())
    set_device_cookie(response, result.device_token)
    return response


async def reenter(container: Container, browser: BrowserCaller, *, to: str) -> Response:
    """Give the session a new cookie after a step-up, and lead the browser to the page `to`.

    If the form of another tab was faster, the browser has the new cookie from there.
    """
    cookie = await container.renew_browser_session()(caller=browser.caller, cookie=browser.cookie)
    response = redirect(container, to)
    if cookie:
        set_session_cookie(response, cookie, now=container.clock().now())
    return response

"""Providers of browser sessions."""

from dependency_injector.providers import Object, Provider, Singleton

from fastauth.application.browser_sessions.authenticate_browser import AuthenticateBrowser
from fastauth.application.browser_sessions.renew_browser_session import RenewBrowserSession
from fastauth.application.browser_sessions.start_browser_session import StartBrowserSession
from fastauth.domain.browser_sessions.cookie import SessionCookieCodec
from fastauth.entrypoints.container.sessions import Sessions
from fastauth.entrypoints.container.shared import Shared, make_with_keys
from fastauth.entrypoints.container.storage import Storage
from fastauth.entrypoints.container.use_cases import use_case


class BrowserSessions(Shared):
    """See `fastauth.domain.browser_sessions`."""

    session_cookies: Provider[SessionCookieCodec] = Singleton(
        make_with_keys, Object(SessionCookieCodec), Shared.secret_keys
    )

    authenticate_browser = use_case(
        AuthenticateBrowser,
        browser_sessions=Storage.browser_sessions,
        sessions=Storage.sessions,
        cookies=session_cookies,
        policy=Sessions.session_policy,
        clock=Shared.clock,
    )
    start_browser_session = use_case(
        StartBrowserSession,
        browser_sessions=Storage.browser_sessions,
        cookies=session_cookies,
        clock=Shared.clock,
    )
    renew_browser_session = use_case(
        RenewBrowserSession,
        browser_sessions=Storage.browser_sessions,
        cookies=session_cookies,
        clock=Shared.clock,
    )

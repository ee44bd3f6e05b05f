"""Give a session to a browser."""

from dataclasses import dataclass

from fastauth.domain.browser_sessions.cookie import SessionCookie, SessionCookieCodec
from fastauth.domain.browser_sessions.ports import BrowserSessionRepository
from fastauth.domain.clock import Clock
from fastauth.domain.sessions.session import AuthenticatedUser


@dataclass(frozen=True, slots=True, kw_only=True)
class StartBrowserSession:
    """Issue the first cookie of a session that a log-in has just started."""

    browser_sessions: BrowserSessionRepository
    cookies: SessionCookieCodec
    clock: Clock

    async def __call__(self, *, caller: AuthenticatedUser) -> SessionCookie:
        """Return a cookie with a value that no browser had before.

        Raises:
            StorageUnavailable: Try again later.
        """
        text = self.cookies.issue()
        await self.browser_sessions.add(
            self.cookies.digests(text)[0], session_id=caller.session.id, now=self.clock.now()
        )
        return SessionCookie(text, caller.session.expires_at)

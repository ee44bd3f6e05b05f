"""Give another cookie to a browser."""

from dataclasses import dataclass

from fastauth.domain.browser_sessions.cookie import SessionCookie, SessionCookieCodec
from fastauth.domain.browser_sessions.ports import BrowserSessionRepository
from fastauth.domain.clock import Clock
from fastauth.domain.sessions.session import AuthenticatedUser


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewBrowserSession:
    """Replace the cookie of a session that has authenticated again (OWASP ASVS 7.2.4)."""

    browser_sessions: BrowserSessionRepository
    cookies: SessionCookieCodec
    clock: Clock

    async def __call__(self, *, caller: AuthenticatedUser, cookie: str) -> SessionCookie | None:
        """Return a cookie with a new value. The former value is unknown from now on.

        ``None`` if a concurrent request has replaced the cookie already.

        Raises:
            StorageUnavailable: Try again later.
        """
        text = self.cookies.issue()
        replaced = await self.browser_sessions.replace(
            self.cookies.digests(cookie), new=self.cookies.digests(text)[0], now=self.clock.now()
        )
        return SessionCookie(text, caller.session.expires_at) if replaced else None

"""Authenticate the request of a browser."""

from dataclasses import dataclass
from datetime import timedelta

from fastauth.domain.browser_sessions.cookie import SessionCookieCodec
from fastauth.domain.browser_sessions.ports import BrowserSessionRepository
from fastauth.domain.clock import Clock
from fastauth.domain.sessions.ports import SessionRepository
from fastauth.domain.sessions.session import AuthenticatedUser, SessionPolicy

EXTENSION_INTERVAL = timedelta(minutes=10)
"""How often the idle timeout of a session is postponed at most: each time is a write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticateBrowser:
    """Return the user and the session of a session cookie, and postpone the idle timeout of the session."""

    browser_sessions: BrowserSessionRepository
    sessions: SessionRepository
    cookies: SessionCookieCodec
    policy: SessionPolicy
    clock: Clock

    async def __call__(self, *, cookie: str) -> AuthenticatedUser | None:
        """Return the authenticated user; ``None`` if the cookie is not valid or its session has ended.

        Raises:
            StorageUnavailable: Try again later.
        """
        digests, now = self.cookies.digests(cookie), self.clock.now()
        session_id = await self.browser_sessions.find(digests) if digests else None
        caller = await self.sessions.find(session_id, now=now) if session_id else None
        if caller and now - caller.session.last_used_at >= EXTENSION_INTERVAL:
            expires_at = now + self.policy.idle_timeout
            await self.browser_sessions.extend(caller.session.id, now=now, expires_at=expires_at)
        return caller

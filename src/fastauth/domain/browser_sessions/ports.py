"""The port to stored cookies."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from fastauth.domain.browser_sessions.cookie import CookieDigest
from fastauth.domain.sessions.session import SessionId


class BrowserSessionRepository(Protocol):
    """Digests of session cookies, each of one session. They are deleted with their session."""

    async def add(self, digest: CookieDigest, *, session_id: SessionId, now: datetime) -> None:
        """Store the digest of a new cookie."""

    async def find(self, digests: Sequence[CookieDigest]) -> SessionId | None:
        """Return the session of a cookie, which may have ended."""

    async def replace(self, digests: Sequence[CookieDigest], *, new: CookieDigest, now: datetime) -> bool:
        """Replace the digest of a cookie, which is then unknown; return whether it was stored.

        Of concurrent calls exactly one succeeds.
        """

    async def extend(self, session_id: SessionId, *, now: datetime, expires_at: datetime) -> None:
        """Store that the session was used, and postpone its idle timeout to `expires_at`.

        The absolute timeout may be earlier. Nothing changes if the session has ended.
        """

"""Cookies of browsers in the table ``browser_session``."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, case, insert, select, update

from fastauth.adapters.sql.browser_sessions.tables import browser_session
from fastauth.adapters.sql.database.connections import Connections
from fastauth.adapters.sql.database.types import UtcDateTime
from fastauth.adapters.sql.sessions.repository import purge_at
from fastauth.adapters.sql.sessions.statements import is_open
from fastauth.adapters.sql.sessions.tables import session
from fastauth.domain.browser_sessions.cookie import CookieDigest
from fastauth.domain.sessions.session import SessionId

_is_found = browser_session.c.digest.in_(bindparam("digests", expanding=True))
_NOW = bindparam("now", type_=UtcDateTime)
_EXPIRY = bindparam("new_expiry", type_=UtcDateTime)

_ADD = insert(browser_session)
_FIND = select(browser_session.c.session_id).where(_is_found)
_REPLACE = update(browser_session).where(_is_found).values(digest=bindparam("new"), created_at=_NOW)
_EXTEND = (
    update(session)
    .where(session.c.id == bindparam("target"), is_open)
    .values(
        last_used_at=_NOW,
        refresh_expires_at=case((session.c.expires_at < _EXPIRY, session.c.expires_at), else_=_EXPIRY),
        sweep_at=bindparam("purge_at", type_=UtcDateTime),
    )
)


class SqlBrowserSessionRepository:
    """See `fastauth.domain.browser_sessions.ports.BrowserSessionRepository`."""

    def __init__(self, *, connections: Connections) -> None:
        self._connections = connections

    async def add(self, digest: CookieDigest, *, session_id: SessionId, now: datetime) -> None:
        """Insert a row."""
        values = {"digest": digest, "session_id": session_id, "created_at": now}
        await self._connections.execute(_ADD, values)

    async def find(self, digests: Sequence[CookieDigest]) -> SessionId | None:
        """Read the row."""
        found = (await self._connections.execute(_FIND, {"digests": list(digests)})).scalar()
        return None if found is None else SessionId(found)

    async def replace(self, digests: Sequence[CookieDigest], *, new: CookieDigest, now: datetime) -> bool:
        """Compare and update in one statement."""
        values = {"digests": list(digests), "new": new, "now": now}
        return bool((await self._connections.execute(_REPLACE, values)).rowcount)

    async def extend(self, session_id: SessionId, *, now: datetime, expires_at: datetime) -> None:
        """Update the row of the session."""
        values = {
            "target": session_id,
            "now": now,
            "new_expiry": expires_at,
            "purge_at": purge_at(expires_at),
        }
        await self._connections.execute(_EXTEND, values)

"""Cookies of browsers in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from tests.fakes.storage import FakeStorage

from fastauth.domain.browser_sessions.cookie import CookieDigest
from fastauth.domain.sessions.session import SessionId


class FakeBrowserSessionRepository:
    def __init__(self, storage: FakeStorage) -> None:
        self.storage = storage

    async def add(self, digest: CookieDigest, *, session_id: SessionId, now: datetime) -> None:
        self.storage.browser_sessions[digest] = session_id

    async def find(self, digests: Sequence[CookieDigest]) -> SessionId | None:
        found = [self.storage.browser_sessions.get(digest) for digest in digests]
        return next((each for each in found if each in self.storage.sessions), None)

    async def replace(self, digests: Sequence[CookieDigest], *, new: CookieDigest, now: datetime) -> bool:
        session_id = await self.find(digests)
        if session_id is None:
            return False
        for digest in digests:
            self.storage.browser_sessions.pop(digest, None)
        self.storage.browser_sessions[new] = session_id
        return True

    async def extend(self, session_id: SessionId, *, now: datetime, expires_at: datetime) -> None:
        session = self.storage.sessions[session_id]
        if session.is_active(now):
            self.storage.sessions[session_id] = replace(
                session, last_used_at=now, refresh_expires_at=min(expires_at, session.expires_at)
            )

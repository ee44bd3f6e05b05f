"""One-time tokens in memory."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from tests.fakes.storage import FakeStorage

from fastauth.domain.accounts.user import UserId
from fastauth.domain.one_time_tokens.token import OneTimeToken, OneTimeTokenDigest, Purpose
from fastauth.domain.sessions.session import SessionId


class FakeOneTimeTokenRepository:
    def __init__(self, storage: FakeStorage | None = None) -> None:
        self.storage = storage or FakeStorage()

    async def issue(  # noqa: PLR0913  as in the port
        self,
        *,
        digest: OneTimeTokenDigest,
        purpose: Purpose,
        user_id: UserId | None,
        session_id: SessionId | None = None,
        subject: str | None = None,
        payload: str | None = None,
        now: datetime,
        expires_at: datetime,
    ) -> None:
        self.storage.one_time_tokens[digest] = OneTimeToken(
            purpose=purpose,
            user_id=user_id,
            session_id=session_id,
            subject=subject or "",
            payload=payload or "",
            created_at=now,
            expires_at=expires_at,
            consumed_at=None,
            attempts=0,
        )

    async def consume(
        self,
        digests: Sequence[OneTimeTokenDigest],
        *,
        purpose: Purpose,
        now: datetime,
        session_id: SessionId | None = None,
    ) -> OneTimeToken | None:
        for digest, token in self._open(digests, purpose, now):
            if token.session_id in {None, session_id}:
                self.storage.one_time_tokens[digest] = replace(token, consumed_at=now)
                return self.storage.one_time_tokens[digest]
        return None

    async def count_attempt(
        self,
        digests: Sequence[OneTimeTokenDigest],
        *,
        purpose: Purpose,
        max_attempts: int,
        now: datetime,
    ) -> OneTimeToken | None:
        for digest, token in self._open(digests, purpose, now):
            if token.attempts < max_attempts:
                self.storage.one_time_tokens[digest] = replace(token, attempts=token.attempts + 1)
                return self.storage.one_time_tokens[digest]
        return None

    async def burn(
        self,
        digests: Sequence[OneTimeTokenDigest],
        *,
        purpose: Purpose,
        now: datetime,
        expires_at: datetime,
    ) -> bool:
        new = [digest for digest in digests if digest not in self.storage.one_time_tokens]
        for digest in new:
            await self.issue(digest=digest, purpose=purpose, user_id=None, now=now, expires_at=expires_at)
            burnt = replace(self.storage.one_time_tokens[digest], consumed_at=now)
            self.storage.one_time_tokens[digest] = burnt
        return bool(digests) and len(new) == len(digests)

    async def find_open(
        self, digests: Sequence[OneTimeTokenDigest], *, purpose: Purpose, now: datetime
    ) -> OneTimeToken | None:
        return next((token for _, token in self._open(digests, purpose, now)), None)

    async def find_consumed(
        self, digests: Sequence[OneTimeTokenDigest], *, purpose: Purpose
    ) -> OneTimeToken | None:
        found = (token for _, token in self._stored(digests, purpose))
        return next((token for token in found if token.consumed_at), None)

    async def withdraw(self, user_id: UserId, *, purposes: Collection[Purpose] | None = None) -> int:
        withdrawn = [
            digest
            for digest, token in self.storage.one_time_tokens.items()
            if token.user_id == user_id
            and token.consumed_at is None
            and (purposes is None or token.purpose in purposes)
        ]
        for digest in withdrawn:
            del self.storage.one_time_tokens[digest]
        return len(withdrawn)

    def _stored(
        self, digests: Sequence[OneTimeTokenDigest], purpose: Purpose
    ) -> list[tuple[OneTimeTokenDigest, OneTimeToken]]:
        stored = self.storage.one_time_tokens
        return [
            (each, stored[each]) for each in digests if each in stored and stored[each].purpose is purpose
        ]

    def _open(
        self, digests: Sequence[OneTimeTokenDigest], purpose: Purpose, now: datetime
    ) -> list[tuple[OneTimeTokenDigest, OneTimeToken]]:
        stored = self._stored(digests, purpose)
        return [
            (digest, token)
            for digest, token in stored
            if not token.consumed_at
            and now < token.expires_at
            and token.created_at <= purpose.latest_creation(now)
        ]

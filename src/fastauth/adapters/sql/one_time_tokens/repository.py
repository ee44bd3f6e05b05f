"""One-time tokens in the table ``one_time_token``."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, Row

from fastauth.adapters.sql.database.connections import Connections
from fastauth.adapters.sql.one_time_tokens import statements
from fastauth.adapters.sql.one_time_tokens.statements import open_at
from fastauth.domain.accounts.user import UserId
from fastauth.domain.one_time_tokens.token import OneTimeToken, OneTimeTokenDigest, Purpose
from fastauth.domain.sessions.session import SessionId


class SqlOneTimeTokenRepository:
    """See `fastauth.domain.one_time_tokens.ports.OneTimeTokenRepository`."""

    def __init__(self, *, connections: Connections) -> None:
        self._connections = connections

    async def issue(  # noqa: PLR0913  each is a column
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
        """Insert a row."""
        values = {
            "digest": digest,
            "purpose": purpose.value,
            "user_id": user_id,
            "session_id": session_id,
            "subject": subject,
            "payload": payload,
            "created_at": now,
            "expires_at": expires_at,
        }
        await self._connections.execute(statements.ISSUE, values)

    async def consume(
        self,
        digests: Sequence[OneTimeTokenDigest],
        *,
        purpose: Purpose,
        now: datetime,
        session_id: SessionId | None = None,
    ) -> OneTimeToken | None:
        """Set ``consumed_at``, unless it is set."""
        return await self._one(
            statements.CONSUME, digests, purpose, **open_at(now, purpose), session=session_id
        )

    async def count_attempt(
        self,
        digests: Sequence[OneTimeTokenDigest],
        *,
        purpose: Purpose,
        max_attempts: int,
        now: datetime,
    ) -> OneTimeToken | None:
        """Increment ``attempts``, unless it has reached the maximum."""
        moment = open_at(now, purpose)
        return await self._one(
            statements.COUNT_ATTEMPT, digests, purpose, **moment, max_attempts=max_attempts
        )

    async def burn(
        self,
        digests: Sequence[OneTimeTokenDigest],
        *,
        purpose: Purpose,
        now: datetime,
        expires_at: datetime,
    ) -> bool:
        """Insert a consumed row under each digest; the token was open if none of them existed.

        The digests are in one order in all processes, so that concurrent statements cannot deadlock.
        """
        if not digests:
            return False
        values: dict[str, object] = {f"digest_{n}": digest for n, digest in enumerate(sorted(digests))}
        values |= {"for_purpose": purpose.value, "now": now, "end": expires_at}
        statement = statements.burn(self._connections.dialect.name, len(digests))
        return len((await self._connections.execute(statement, values)).all()) == len(digests)

    async def find_open(
        self, digests: Sequence[OneTimeTokenDigest], *, purpose: Purpose, now: datetime
    ) -> OneTimeToken | None:
        """Read the row."""
        return await self._one(statements.FIND_OPEN, digests, purpose, **open_at(now, purpose))

    async def find_consumed(
        self, digests: Sequence[OneTimeTokenDigest], *, purpose: Purpose
    ) -> OneTimeToken | None:
        """Read the row."""
        return await self._one(statements.FIND_CONSUMED, digests, purpose)

    async def withdraw(self, user_id: UserId, *, purposes: Collection[Purpose] | None = None) -> int:
        """Delete the rows."""
        statement, values = statements.WITHDRAW, dict[str, object](of_user=user_id)
        if purposes is not None:
            statement = statements.WITHDRAW_SOME
            values["purposes"] = [purpose.value for purpose in purposes]
        withdrawn: int = (await self._connections.execute(statement, values)).rowcount
        return withdrawn

    async def _one(
        self,
        statement: Executable,
        digests: Sequence[OneTimeTokenDigest],
        purpose: Purpose,
        **more: object,
    ) -> OneTimeToken | None:
        values = {"digests": list(digests), "for_purpose": purpose.value, **more}
        row = (await self._connections.execute(statement, values)).first()
        return _token(row) if row else None


def _token(row: Row[Any]) -> OneTimeToken:
    return OneTimeToken(
        purpose=Purpose(row.purpose),
        user_id=None if row.user_id is None else UserId(row.user_id),
        session_id=None if row.session_id is None else SessionId(row.session_id),
        subject=row.subject or "",
        payload=row.payload or "",
        created_at=row.created_at,
        expires_at=row.expires_at,
        consumed_at=row.consumed_at,
        attempts=row.attempts,
    )

"""Answered requests in the table ``idempotency_key``."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, func, insert, select

from fastauth.adapters.sql.database.connections import Connections
from fastauth.adapters.sql.database.types import UtcDateTime
from fastauth.adapters.sql.idempotency.tables import idempotency_key as row
from fastauth.domain.accounts.user import UserId
from fastauth.domain.idempotency.key import AnsweredRequest, Fingerprint, RequestDigest

_NOW = bindparam("now", type_=UtcDateTime)
_TRY_LOCK = select(func.pg_try_advisory_xact_lock(bindparam("lock")))
_FIND = select(row).where(row.c.digest.in_(bindparam("digests", expanding=True)), row.c.expires_at > _NOW)
_DELETE_EXPIRED = delete(row).where(row.c.digest == bindparam("expired"), row.c.expires_at <= _NOW)
_ADD = insert(row)


class SqlAnsweredRequestRepository:
    """See `fastauth.domain.idempotency.ports.AnsweredRequestRepository`."""

    def __init__(self, *, connections: Connections) -> None:
        self._connections = connections

    async def lock(self, digests: Sequence[RequestDigest]) -> bool:
        """Take advisory locks. In SQLite the transaction is the lock: there is one writer at a time.

        They are taken in one order, so that of processes with other newest secret keys one gets all.
        """
        if self._connections.dialect.name != "postgresql":
            return True
        for digest in sorted(digests):
            number = int.from_bytes(digest[:8], "big", signed=True)
            if not (await self._connections.execute(_TRY_LOCK, {"lock": number})).scalar_one():
                return False
        return True

    async def find(self, digests: Sequence[RequestDigest], *, now: datetime) -> AnsweredRequest | None:
        """Read the row."""
        found = (await self._connections.execute(_FIND, {"digests": list(digests), "now": now})).first()
        if found is None:
            return None
        return AnsweredRequest(
            fingerprint=Fingerprint(bytes(found.fingerprint)),
            user_id=None if found.user_id is None else UserId(found.user_id),
            response=found.response,
            expires_at=found.expires_at,
        )

    async def add(self, digest: RequestDigest, answered: AnsweredRequest, *, now: datetime) -> None:
        """Insert the row. The lock on the key keeps others from doing so at the same time."""
        await self._connections.execute(_DELETE_EXPIRED, {"expired": digest, "now": now})
        values = {
            "digest": digest,
            "fingerprint": answered.fingerprint,
            "user_id": answered.user_id,
            "response": answered.response,
            "created_at": now,
            "expires_at": answered.expires_at,
        }
        await self._connections.execute(_ADD, values)

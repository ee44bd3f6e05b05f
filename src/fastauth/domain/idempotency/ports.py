"""The port to answered requests."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from fastauth.domain.idempotency.key import AnsweredRequest, RequestDigest


class AnsweredRequestRepository(Protocol):
    """Requests with an idempotency key that succeeded."""

    async def lock(self, digests: Sequence[RequestDigest]) -> bool:
        """Lock a key until the transaction ends; return false at once if another transaction has the lock.

        It is locked under each of its digests: another process may have another secret key as the newest.
        """

    async def find(self, digests: Sequence[RequestDigest], *, now: datetime) -> AnsweredRequest | None:
        """Return the request that was stored under one of `digests` and has not expired."""

    async def add(self, digest: RequestDigest, answered: AnsweredRequest, *, now: datetime) -> None:
        """Store a request under the digest of its key, in place of one that has expired."""

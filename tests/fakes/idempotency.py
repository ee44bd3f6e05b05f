"""Answered requests in memory."""

from collections.abc import Sequence
from datetime import datetime

from tests.fakes.storage import FakeStorage

from fastauth.domain.idempotency.key import AnsweredRequest, RequestDigest


class FakeAnsweredRequestRepository:
    def __init__(self, storage: FakeStorage | None = None) -> None:
        self.storage = storage or FakeStorage()

    async def lock(self, _digests: Sequence[RequestDigest]) -> bool:
        return True  # one transaction at a time

    async def find(self, digests: Sequence[RequestDigest], *, now: datetime) -> AnsweredRequest | None:
        stored = (self.storage.answered_requests.get(digest) for digest in digests)
        return next((each for each in stored if each and each.expires_at > now), None)

    async def add(self, digest: RequestDigest, answered: AnsweredRequest, *, now: datetime) -> None:
        assert await self.find([digest], now=now) is None
        self.storage.answered_requests[digest] = answered

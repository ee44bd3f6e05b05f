"""What an `AnsweredRequestRepository` guarantees, in transactions of their own."""

import asyncio
from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from tests.builders import a_new_user

from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.idempotency.key import (
    LIFETIME,
    AnsweredRequest,
    IdempotencyKey,
    RepeatableRequest,
    RepeatableRequests,
)
from fastauth.domain.operations.ports import ExpiredRows
from fastauth.domain.operations.purges import Expired
from fastauth.domain.secret_key import SecretKey
from fastauth.domain.unit_of_work import UnitOfWork

NOW = datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
REQUESTS = RepeatableRequests(SecretKey(b"the secret key of this year, 32 bytes"))


def a_request() -> RepeatableRequest:
    return REQUESTS.request(IdempotencyKey(str(uuid4())), operation="a", payload={"b": 1})


class AnsweredRequestRepositoryContract(ABC):
    @abstractmethod
    @pytest.fixture
    def users(self) -> UserRepository: ...

    @abstractmethod
    @pytest.fixture
    def unit_of_work(self, users: UserRepository) -> UnitOfWork: ...

    @abstractmethod
    @pytest.fixture
    def expired_rows(self, users: UserRepository) -> ExpiredRows: ...

    async def test_stored_with_the_transaction(self, unit_of_work: UnitOfWork, users: UserRepository) -> None:
        user, request, other = await users.add(a_new_user()), a_request(), a_request()
        answered = AnsweredRequest(
            fingerprint=request.fingerprints[0],
            user_id=user.id,
            response="sealed",
            expires_at=NOW + LIFETIME,
        )
        for is_committed in (False, True):
            async with unit_of_work.begin() as transaction:
                assert await transaction.answered_requests.lock(request.digests)
                await transaction.answered_requests.add(request.digest, answered, now=NOW)
                if is_committed:
                    await transaction.commit()
            found = await self.found(unit_of_work, request)
            assert found == (answered if is_committed else None)
        assert "sealed" not in repr(answered)
        assert await self.found(unit_of_work, other) is None
        assert await self.found(unit_of_work, request, at=NOW + LIFETIME - MOMENT) == answered
        assert await self.found(unit_of_work, request, at=NOW + LIFETIME) is None

    async def test_expired_key_can_be_used_again(
        self, unit_of_work: UnitOfWork, expired_rows: ExpiredRows
    ) -> None:
        request, end = a_request(), NOW + LIFETIME
        for now in (NOW, end):
            answered = AnsweredRequest(
                fingerprint=request.fingerprints[0], user_id=None, response=None, expires_at=now + LIFETIME
            )
            async with unit_of_work.begin() as transaction:
                await transaction.answered_requests.add(request.digest, answered, now=now)
                await transaction.commit()
        assert await self.found(unit_of_work, request, at=end)
        while await expired_rows.purge(Expired.IDEMPOTENCY_KEYS, before=end + LIFETIME, limit=100):
            pass
        assert await self.found(unit_of_work, request, at=end)
        over = end + LIFETIME + MOMENT
        assert await expired_rows.purge(Expired.IDEMPOTENCY_KEYS, before=over, limit=100) == 1
        assert await self.found(unit_of_work, request, at=end) is None

    async def test_one_transaction_has_the_lock(self, unit_of_work: UnitOfWork) -> None:
        """The others fail, or wait until it has ended: none goes on meanwhile."""
        request, inside, entered = a_request(), 0, 0

        async def use() -> None:
            nonlocal inside, entered
            async with unit_of_work.begin() as transaction:
                if not await transaction.answered_requests.lock(request.digests):
                    return
                entered, inside = entered + 1, inside + 1
                assert inside == 1
                await transaction.answered_requests.find(request.digests, now=NOW)
                inside -= 1

        await asyncio.gather(*(use() for _ in range(8)))
        assert entered

    async def found(
        self, unit_of_work: UnitOfWork, request: RepeatableRequest, *, at: datetime = NOW
    ) -> AnsweredRequest | None:
        async with unit_of_work.begin() as transaction:
            return await transaction.answered_requests.find(request.digests, now=at)

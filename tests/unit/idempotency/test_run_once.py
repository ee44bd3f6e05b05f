"""A request with an idempotency key runs once, and its response is stored with what it stored."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from tests.application import Application
from tests.fakes import FakeStorage, FakeUnitOfWork
from tests.fakes.idempotency import FakeAnsweredRequestRepository
from tests.fakes.unit_of_work import FakeTransaction

from fastauth.application.idempotency.run_once import RESPONSE_PURPOSE
from fastauth.domain.accounts.user import UserId
from fastauth.domain.errors import InvalidInput
from fastauth.domain.idempotency.errors import REUSED, IdempotencyKeyInUse
from fastauth.domain.idempotency.key import (
    LIFETIME,
    AnsweredRequest,
    IdempotencyKey,
    RepeatableRequest,
    RequestDigest,
)
from fastauth.domain.principals.errors import NotPermitted
from fastauth.domain.principals.principal import Principal, PrincipalKind

PERMISSION = "fastauth:users.write"
ANN = Principal(kind=PrincipalKind.USER, permissions=frozenset({PERMISSION}), user_id=UserId(7))


@dataclass
class Requests:
    """An installation, and how often a request was handled."""

    app: Application = field(default_factory=Application)
    handled: int = 0

    def request(self, **payload: str) -> RepeatableRequest:
        return self.app.container.repeatable_requests().request(
            IdempotencyKey("8e03978e-40d5-43e8-bc93-6894a57f9324"), operation="invite", payload=payload
        )

    async def handle(self) -> str:
        """Store a client in the transaction of the request."""
        self.handled += 1
        await self.app.container.create_client()(name=f"client{self.handled}")
        return f"response {self.handled}"

    async def run(self, acting: Principal = ANN, **payload: str) -> str:
        run_once = self.app.container.run_once()
        return await run_once(self.request(**payload), self.handle, acting=acting, permission=PERMISSION)


class Locked(FakeAnsweredRequestRepository):
    """Answered requests of which another transaction has locked every one."""

    def __init__(self, tried: list[Sequence[RequestDigest]]) -> None:
        super().__init__()
        self.tried = tried

    async def lock(self, digests: Sequence[RequestDigest]) -> bool:
        self.tried.append(digests)
        return False


class LockedUnitOfWork(FakeUnitOfWork):
    def __init__(self, storage: FakeStorage) -> None:
        super().__init__(storage)
        self.tried: list[Sequence[RequestDigest]] = []

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[FakeTransaction]:
        async with super().begin() as transaction:
            transaction.answered_requests = Locked(self.tried)
            yield transaction


class TestRunOnce:
    async def test_repeats_the_response_for_a_day(self) -> None:
        requests = Requests()
        app, now = requests.app, requests.app.clock.now()
        assert [await requests.run(a="1") for _ in range(2)] == ["response 1"] * 2
        ((digest, stored),) = app.storage.answered_requests.items()
        request = requests.request(a="1")
        assert digest == request.digest
        assert stored.response
        assert app.container.secret_box().open(stored.response, purpose=RESPONSE_PURPOSE) == "response 1"
        assert replace(stored, response=None) == AnsweredRequest(
            fingerprint=request.fingerprints[0], user_id=UserId(7), response=None, expires_at=now + LIFETIME
        )
        app.clock.advance(LIFETIME - timedelta(microseconds=1))
        assert await requests.run(a="1") == "response 1"
        app.clock.advance(timedelta(microseconds=1))
        assert await requests.run(a="1") == "response 2"

    async def test_another_request_with_the_key_is_refused(self) -> None:
        requests = Requests()
        await requests.run(a="1")
        with pytest.raises(InvalidInput) as refused:
            await requests.run(a="2")
        assert (list(refused.value.violations), requests.handled) == ([REUSED], 1)

    async def test_response_that_is_not_stored_is_not_repeated(self) -> None:
        """Such as that of a registration, which follows from the account."""
        requests = Requests()
        await requests.run(a="1")
        ((digest, stored),) = requests.app.storage.answered_requests.items()
        requests.app.storage.answered_requests[digest] = replace(stored, response=None)
        with pytest.raises(InvalidInput) as refused:
            await requests.run(a="1")
        assert list(refused.value.violations) == [REUSED]

    async def test_needs_the_permission_also_for_the_stored_response(self) -> None:
        requests = Requests()
        nobody = replace(ANN, permissions=frozenset())
        for _ in range(2):
            with pytest.raises(NotPermitted) as refused:
                await requests.run(nobody)
            assert refused.value.permission == PERMISSION
            await requests.run()
        assert requests.handled == 1

    async def test_error_is_not_stored_nor_what_was_done_before(self) -> None:
        requests = Requests()

        async def fail() -> str:
            await requests.handle()
            raise RuntimeError

        with pytest.raises(RuntimeError):
            await requests.app.container.run_once()(
                requests.request(), fail, acting=ANN, permission=PERMISSION
            )
        assert (requests.app.storage.answered_requests, requests.app.storage.clients) == ({}, {})

    async def test_request_that_is_being_processed_is_refused(self) -> None:
        storage = FakeStorage()
        locked = LockedUnitOfWork(storage)
        requests = Requests(Application(storage=storage, unit_of_work=locked))
        with pytest.raises(IdempotencyKeyInUse):
            await requests.run()
        assert (locked.tried, requests.handled) == ([requests.request().digests], 0)


class TestSharedUnitOfWork:
    async def test_acts_follow_the_commit(self) -> None:
        """At once without a shared transaction; never after an error."""
        unit_of_work, done = Application().container.unit_of_work(), []

        async def act() -> None:
            done.append("act")

        async with unit_of_work.share():
            await unit_of_work.after_commit(act)
            assert done == []
        assert done == ["act"]
        await unit_of_work.after_commit(act)
        assert done == ["act"] * 2

        async def fail() -> None:
            async with unit_of_work.share():
                await unit_of_work.after_commit(act)
                raise RuntimeError

        with pytest.raises(RuntimeError):
            await fail()
        assert done == ["act"] * 2

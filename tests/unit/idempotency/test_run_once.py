"""A request with an idempotency key runs once, and its response is stored with what it stored."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from tests.application import Application
from tests.fakes import FakeStorage, FakeUnitOfWork
from tests.fakes.idempotency import FakeAnsweredRequestRepository
from tests.fakes.revocations import FakeRevocationLog
from tests.fakes.unit_of_work import FakeTransaction

from fastauth.application.idempotency.run_once import RESPONSE_PURPOSE
from fastauth.domain.accounts.user import UserId
from fastauth.domain.clients.client_id import ClientId
from fastauth.domain.errors import InvalidInput, StorageUnavailable
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
from fastauth.domain.revocations.revocation import Revocation

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
        sealed = app.container.secret_box().open(stored.response, purpose=RESPONSE_PURPOSE)
        assert json.loads(sealed) == {"response": "response 1", "revoked": []}
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
        unprivileged = replace(ANN, permissions=frozenset())
        for _ in range(2):
            with pytest.raises(NotPermitted) as refused:
                await requests.run(unprivileged)
            assert refused.value.permission == PERMISSION
            await requests.run()
        assert requests.handled == 1

    async def test_needs_no_permission_for_what_each_user_may(self) -> None:
        requests = Requests()
        unprivileged, run_once = replace(ANN, permissions=frozenset()), requests.app.container.run_once()
        answers = [await run_once(requests.request(), requests.handle, acting=unprivileged) for _ in range(2)]
        assert (answers, requests.handled) == (["response 1"] * 2, 1)

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


class FailingRevocationLog(FakeRevocationLog):
    """It stores nothing before `is_back`."""

    is_back = False

    async def add(self, revocation: Revocation) -> None:
        if not self.is_back:
            raise StorageUnavailable
        await super().add(revocation)


class TestSecondRevocation:
    async def test_follows_the_commit(self) -> None:
        """At once without a shared transaction; never after an error."""
        app = Application()
        revoke_again, unit_of_work = app.container.second_revocation(), app.container.unit_of_work()
        of_user = Revocation.of_user(UserId(7), at=app.clock.now())
        async with unit_of_work.share():
            await revoke_again(UserId(7))
            await revoke_again.of_client(ClientId("orders"))
            assert app.storage.revocations == []
        of_client = Revocation.of_client("orders", at=app.clock.now())
        assert app.storage.revocations == [of_user, of_client]
        await revoke_again(UserId(7))
        assert app.storage.revocations == [of_user, of_client, of_user]

        async def fail() -> None:
            async with unit_of_work.share():
                await revoke_again(UserId(7))
                raise RuntimeError

        with pytest.raises(RuntimeError):
            await fail()
        assert len(app.storage.revocations) == 3

    async def test_that_failed_is_made_by_the_repetition(self) -> None:
        """The response was stored, so the request does not run again."""
        requests = Requests()
        app, request = requests.app, requests.request()
        log = FailingRevocationLog(app.storage)
        app.container.revocation_log.override(log)

        async def run() -> str:
            async def handle() -> str:
                await app.container.second_revocation()(UserId(7))
                return await requests.handle()

            return await app.container.run_once()(request, handle, acting=ANN, permission=PERMISSION)

        with pytest.raises(StorageUnavailable):
            await run()
        assert (app.storage.revocations, requests.handled) == ([], 1)
        log.is_back = True
        app.clock.advance(seconds=1)
        assert (await run(), requests.handled) == ("response 1", 1)
        assert app.storage.revocations == [Revocation.of_user(UserId(7), at=app.clock.now())]

"""API keys that are exchanged while the account of their owner is being disabled or closed."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from tests.admin_helpers import a_user_with, principal_of
from tests.application import Application
from tests.fakes import FakeStorage, FakeUnitOfWork
from tests.fakes.unit_of_work import FakeTransaction
from tests.session_helpers import caller_of

from fastauth.domain.accounts.user import UserId
from fastauth.domain.api_keys.errors import InvalidApiKey
from fastauth.domain.personal_data.erased_list import ErasedAccount
from fastauth.domain.revocations.revocation import TokenIdentity
from fastauth.domain.sessions.session import AuthenticatedUser

ANN = UserId(1)


@dataclass
class ExchangeBeforeCommit:
    """A unit of work that calls `meanwhile` before the next commit."""

    storage: FakeStorage
    meanwhile: Callable[[], Awaitable[None]] | None = None
    inner: FakeUnitOfWork = field(init=False)

    def __post_init__(self) -> None:
        self.inner = FakeUnitOfWork(self.storage)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[FakeTransaction]:
        async with self.inner.begin() as transaction:
            commit = transaction.commit

            async def exchange_and_commit() -> None:
                meanwhile, self.meanwhile = self.meanwhile, None
                if meanwhile:
                    await meanwhile()
                await commit()

            transaction.commit = exchange_and_commit  # type: ignore[method-assign]  # of this object alone
            yield transaction


async def disable(app: Application, _: AuthenticatedUser) -> None:
    await app.disable_user(username="ann")


async def disable_by_admin(app: Application, _: AuthenticatedUser) -> None:
    root = await principal_of(app, await app.find_user(username="root1"))
    await app.container.disable_user_by_admin()(acting=root, user_id=ANN)


async def disable_in_a_shared_transaction(app: Application, caller: AuthenticatedUser) -> None:
    """Do what a request with an Idempotency-Key does."""
    async with app.container.unit_of_work().share() as shared:
        await disable_by_admin(app, caller)
        await shared.transaction.commit()


async def close(app: Application, caller: AuthenticatedUser) -> None:
    await app.container.close_account()(caller=caller, confirm="ann")


async def close_by_operator(app: Application, _: AuthenticatedUser) -> None:
    await app.container.close_user()(username="ann")


async def erase_by_operator(app: Application, _: AuthenticatedUser) -> None:
    await app.container.close_user()(username="ann", at_once=True)


async def close_by_admin(app: Application, _: AuthenticatedUser) -> None:
    root = await principal_of(app, await app.find_user(username="root1"))
    await app.container.close_user_by_admin()(acting=root, user_id=ANN)


async def erase_again(app: Application, _: AuthenticatedUser) -> None:
    user = await app.find_user(username="ann")
    digest = app.container.name_digests().digest(user.username)
    await app.container.replay_erasure()(erased=ErasedAccount(user_id=ANN, name_digest=digest))


Way = Callable[[Application, AuthenticatedUser], Awaitable[None]]
WAYS: tuple[Way, ...] = (
    disable,
    disable_by_admin,
    disable_in_a_shared_transaction,
    close,
    close_by_operator,
    erase_by_operator,
    close_by_admin,
    erase_again,
)


class TestExchangeMeanwhile:
    @pytest.mark.parametrize("end", WAYS)
    async def test_its_token_is_revoked(self, end: Way) -> None:
        """Services verify it by themselves. It was issued later than the time of the change."""
        storage = FakeStorage()
        unit_of_work = ExchangeBeforeCommit(storage)
        app = Application(storage=storage, unit_of_work=unit_of_work)
        await app.a_user("ann")
        await a_user_with(app, "root1", "admin")
        await app.grant_role(username="ann", role="auditor")
        caller = await caller_of(app, await app.a_log_in("ann"))
        key = await app.container.create_api_key()(
            caller=caller, name="Backup", scopes=["fastauth:users.read"], days=90
        )
        exchange = app.container.exchange_api_key()
        issued: list[datetime] = []

        async def meanwhile() -> None:
            app.clock.advance(timedelta(seconds=1))
            await exchange(text=key.text, address="192.0.2.1")
            issued.append(app.clock.now())
            app.clock.advance(timedelta(seconds=1))

        unit_of_work.meanwhile = meanwhile
        await end(app, caller)
        (issued_at,) = issued
        token = TokenIdentity(
            id="token", subject=str(ANN), client_id="", session_id=None, issued_at=issued_at
        )
        assert any(each.concerns(token) for each in app.storage.revocations)
        with pytest.raises(InvalidApiKey):
            await exchange(text=key.text, address="192.0.2.1")

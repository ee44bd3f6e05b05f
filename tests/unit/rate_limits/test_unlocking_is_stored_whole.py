"""The reset of a counter belongs to the transaction of the act that unlocks an account."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from tests.admin_helpers import a_user_with, principal_of
from tests.application import Application, RateLimitedApplication
from tests.fakes import FakeUnitOfWork
from tests.fakes.unit_of_work import FakeTransaction
from tests.mail_helpers import template_of, token_in

from fastauth.domain.accounts.user import UserId
from fastauth.domain.errors import StorageUnavailable

ANN = UserId(1)


class FailingUnitOfWork(FakeUnitOfWork):
    """The database goes away before a transaction is committed."""

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[FakeTransaction]:
        async with super().begin() as transaction:

            async def fail() -> None:
                raise StorageUnavailable

            transaction.commit = fail  # type: ignore[method-assign]  # of this object alone
            yield transaction


async def a_reset(app: Application) -> Callable[[Application], Awaitable[object]]:
    await app.request_password_reset(identifier="ann", address="192.0.2.1")
    (mail,) = [each for each in await app.deliver() if template_of(each) == "reset_password"]
    return lambda app: app.complete_password_reset(token=token_in(mail), new_password="another one")


async def an_operator(app: Application) -> Callable[[Application], Awaitable[object]]:
    del app
    return lambda app: app.unlock_user(username="ann")


async def an_administrator(app: Application) -> Callable[[Application], Awaitable[object]]:
    acting = await principal_of(app, await a_user_with(app, "root1", "admin"))
    return lambda app: app.container.unlock_user_by_admin()(acting=acting, user_id=ANN)


class TestUnlock:
    @pytest.mark.parametrize("prepared", [a_reset, an_operator, an_administrator])
    async def test_attempts_stay_counted_unless_it_is_stored(
        self, prepared: Callable[[Application], Awaitable[Callable[[Application], Awaitable[object]]]]
    ) -> None:
        app = RateLimitedApplication()
        await app.a_user("ann")
        await app.a_verified_address("ann@example.com", username="ann")
        app.clock.advance(minutes=1)
        unlock = await prepared(app)
        await app.guesses(1, name="ann")
        of_strangers = app.rate_limiter.keys("strangers", "ann")
        with pytest.raises(StorageUnavailable):
            await unlock(replace(app, unit_of_work=FailingUnitOfWork(app.storage)))
        assert app.storage.counters[of_strangers].count == 1
        await unlock(app)
        assert app.storage.counters[of_strangers].count == 0

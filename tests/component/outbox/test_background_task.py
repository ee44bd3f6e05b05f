"""The service relays the outbox while it runs, if there are handlers."""

import asyncio

import pytest
from tests.application import Application

from fastauth.domain.outbox.message import OutboxEntry, OutboxKind
from fastauth.entrypoints.background_tasks import background_tasks


async def add(application: Application) -> None:
    async with application.container.unit_of_work().begin() as transaction:
        await transaction.outbox.add(OutboxKind.MAIL, {}, user_id=None, now=application.clock.now())
        await transaction.commit()


@pytest.fixture
def application() -> Application:
    return Application()


class TestBackgroundTasks:
    async def test_deliver_the_outbox(self, application: Application) -> None:
        delivered: asyncio.Queue[OutboxEntry] = asyncio.Queue()
        application.container.outbox_handlers.override({OutboxKind.MAIL: delivered.put})
        await add(application)
        async with background_tasks(application.container), asyncio.timeout(60):
            assert (await delivered.get()).kind is OutboxKind.MAIL
            await add(application)
            application.container.outbox_filled().set()
            assert (await delivered.get()).kind is OutboxKind.MAIL
        assert await application.container.outbox_queue().records(waiting=True, limit=1) == []

    async def test_without_handlers_nothing_is_claimed(self, application: Application) -> None:
        await add(application)
        async with background_tasks(application.container):
            await asyncio.sleep(0)
        (record,) = await application.container.outbox_queue().records(waiting=True, limit=1)
        assert record.attempts == 0

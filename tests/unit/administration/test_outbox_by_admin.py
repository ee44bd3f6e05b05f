"""Administrators look at the outbox, and have it delivered."""

from datetime import datetime, timedelta

import pytest
from tests.admin_helpers import a_user_with, pages_of, principal_of
from tests.application import Application

from fastauth.domain.errors import InvalidInput
from fastauth.domain.list_cursor import NOT_A_PLACE
from fastauth.domain.outbox.message import OutboxKind, OutboxOutcome, OutboxRecord
from fastauth.domain.principals.errors import NotPermitted
from fastauth.domain.principals.principal import Principal

A_MICROSECOND = timedelta(microseconds=1)


@pytest.fixture
async def app() -> Application:
    return Application()


@pytest.fixture
async def acting(app: Application) -> Principal:
    return await principal_of(app, await a_user_with(app, "root", "admin"))


@pytest.fixture
async def auditor(app: Application) -> Principal:
    return await principal_of(app, await a_user_with(app, "audit", "auditor"))


async def an_entry(app: Application, due_at: datetime) -> str:
    async with app.container.stored_unit_of_work().begin() as transaction:
        entry_id = await transaction.outbox.add(
            OutboxKind.MAIL, {}, user_id=None, now=app.clock.now(), due_at=due_at
        )
        await transaction.commit()
    return entry_id


async def close(app: Application, entry_id: str) -> None:
    queue = app.container.outbox_queue()
    await queue.complete(entry_id, outcome=OutboxOutcome.SENT, now=app.clock.now())


async def walk(app: Application, acting: Principal, *, waiting: bool) -> list[tuple[OutboxRecord, ...]]:
    """Return the pages, each with two entries."""
    list_outbox = app.container.list_outbox_by_admin()
    return await pages_of(lambda after: list_outbox(acting=acting, waiting=waiting, limit=2, after=after))


def due_times(app: Application) -> dict[str, datetime]:
    return {entry_id: stored.record.due_at for entry_id, stored in app.storage.outbox.items()}


class TestListOutbox:
    async def test_waiting_entries_the_oldest_due_first(self, app: Application, auditor: Principal) -> None:
        """Some are due at the same time, and others a microsecond later."""
        now = app.clock.now()
        late = await an_entry(app, now + A_MICROSECOND)
        early = sorted([await an_entry(app, now) for _ in range(3)])
        await close(app, await an_entry(app, now))
        expected = [app.storage.outbox[each].record for each in [*early, late]]
        assert await walk(app, auditor, waiting=True) == [tuple(expected[:2]), tuple(expected[2:])]

    async def test_closed_entries_the_last_closed_first(self, app: Application, auditor: Principal) -> None:
        """When they were due does not matter. Some were closed at the same time."""
        now = app.clock.now()
        await an_entry(app, now)
        first, *others, last = [await an_entry(app, now + timedelta(hours=due)) for due in (9, 3, 1, 7, 5)]
        for entries in ([first], others, [last]):
            app.clock.advance(A_MICROSECOND)
            for each in entries:
                await close(app, each)
        expected = [app.storage.outbox[each].record for each in [last, *sorted(others), first]]
        assert await walk(app, auditor, waiting=False) == [
            tuple(expected[:2]),
            tuple(expected[2:4]),
            tuple(expected[4:]),
        ]

    async def test_cursor_is_of_one_list(self, app: Application, auditor: Principal) -> None:
        for _ in range(2):
            await an_entry(app, app.clock.now())
            await close(app, await an_entry(app, app.clock.now()))
        list_outbox = app.container.list_outbox_by_admin()
        for waiting in (True, False):
            page = await list_outbox(acting=auditor, waiting=waiting, limit=1)
            assert page.next
            with pytest.raises(InvalidInput) as invalid:
                await list_outbox(acting=auditor, waiting=not waiting, limit=1, after=page.next)
            assert invalid.value.violations == (NOT_A_PLACE,)

    async def test_needs_the_permission_before_the_cursor(self, app: Application) -> None:
        unprivileged = await principal_of(app, await a_user_with(app, "ann"))
        with pytest.raises(NotPermitted) as refused:
            await app.container.list_outbox_by_admin()(acting=unprivileged, waiting=True, limit=1, after="!")
        assert refused.value.permission == "fastauth:audit.read"


class TestRetryOutbox:
    async def test_makes_one_entry_due(self, app: Application, acting: Principal) -> None:
        later = app.clock.now() + timedelta(hours=1)
        one, other = await an_entry(app, later), await an_entry(app, later)
        app.clock.advance(minutes=1)
        retry = app.container.retry_outbox_by_admin()
        assert await retry(acting=acting, entry_id=one) == 1
        assert due_times(app) == {one: app.clock.now(), other: later}
        assert await retry(acting=acting, entry_id="none") == 0

    async def test_all_that_wait(self, app: Application, acting: Principal) -> None:
        later = app.clock.now() + timedelta(hours=1)
        one, other, closed = [await an_entry(app, later) for _ in range(3)]
        await close(app, closed)
        assert await app.container.retry_outbox_by_admin()(acting=acting, entry_id=None) == 2
        assert due_times(app) == {one: app.clock.now(), other: app.clock.now(), closed: later}

    async def test_who_only_reads_is_refused(self, app: Application, auditor: Principal) -> None:
        later = app.clock.now() + timedelta(hours=1)
        entry_id = await an_entry(app, later)
        with pytest.raises(NotPermitted) as refused:
            await app.container.retry_outbox_by_admin()(acting=auditor, entry_id=None)
        assert refused.value.permission == "fastauth:users.write"
        assert due_times(app) == {entry_id: later}

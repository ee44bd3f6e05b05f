"""How many rows lists read, and where their cursors point to."""

from datetime import UTC, datetime, timedelta

from tests.admin_helpers import a_user_with, principal_of
from tests.application import Application
from tests.port_calls import with_calls

from fastauth.domain.outbox.message import OutboxKind, OutboxOutcome

MICROSECOND = timedelta(microseconds=1)
_1970 = datetime(1970, 1, 1, tzinfo=UTC)


class TestLists:
    async def test_read_one_row_more_than_a_page(self) -> None:
        """It shows whether there is a next page, and a page of a long list costs no more."""
        app = Application()
        ann = await a_user_with(app, "ann1", "admin")
        acting, now = await principal_of(app, ann), app.clock.now()
        clients, calls = with_calls(app.container.list_clients(), "clients")
        await clients(acting=acting, limit=3)
        assert calls.made == [("load", (), {"after": "", "limit": 4})]
        outbox, calls = with_calls(app.container.list_outbox_by_admin(), "queue")
        await outbox(acting=acting, waiting=True, limit=3)
        assert calls.made == [("records", (), {"waiting": True, "after": None, "limit": 4})]
        sessions, calls = with_calls(app.container.list_sessions_by_admin(), "sessions")
        await sessions(acting=acting, user_id=ann.id, limit=3)
        assert calls.made == [("list_active", (ann.id,), {"now": now, "after": None, "limit": 4})]
        invitations, calls = with_calls(app.container.list_invitations(), "invitations")
        await invitations(acting=acting, limit=3)
        assert calls.made == [("page", (), {"now": now, "after": None, "limit": 4})]

    async def test_full_page_may_be_the_last(self) -> None:
        app = Application()
        ann = await a_user_with(app, "ann1", "admin")
        acting, sessions = await principal_of(app, ann), app.container.list_sessions_by_admin()
        for _ in range(2):
            await app.a_log_in("ann1")
        for limit, has_next in ((1, True), (2, False), (3, False)):
            page, cursor = await sessions(acting=acting, user_id=ann.id, limit=limit)
            assert (len(page), cursor is not None) == (min(limit, 2), has_next), limit


class TestCursors:
    """Another version that runs at the same time continues a list: a cursor holds what it held before."""

    async def test_of_the_outbox_has_the_time_and_the_id(self) -> None:
        app = Application()
        acting = await principal_of(app, await a_user_with(app, "ann1", "admin"))
        encode, queue = app.container.cursor_codec().encode, app.container.outbox_queue()
        list_outbox = app.container.list_outbox_by_admin()
        async with app.container.stored_unit_of_work().begin() as transaction:
            due = app.clock.now() + MICROSECOND
            for _ in range(2):
                await transaction.outbox.add(
                    OutboxKind.MAIL, {}, user_id=None, now=app.clock.now(), due_at=due
                )
            await transaction.commit()
        page = await list_outbox(acting=acting, waiting=True, limit=1)
        assert page.next == encode("outbox waiting", (due - _1970) // MICROSECOND, page.items[0].id)
        app.clock.advance(timedelta(hours=1, microseconds=1))
        for entry in list(app.storage.outbox):
            await queue.complete(entry, outcome=OutboxOutcome.SENT, now=app.clock.now())
        page = await list_outbox(acting=acting, waiting=False, limit=1)
        closed = (app.clock.now() - _1970) // MICROSECOND
        assert page.next == encode("outbox closed", closed, page.items[0].id)

    async def test_of_a_list_by_its_name(self) -> None:
        app = Application()
        acting = await principal_of(app, await a_user_with(app, "ann1", "admin"))
        encode = app.container.cursor_codec().encode
        for name in ("a", "b"):
            await app.container.create_client()(name=name)
        assert (await app.container.list_clients()(acting=acting, limit=1)).next == encode("clients", "a")

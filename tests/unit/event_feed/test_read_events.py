"""Reading the event feed, and the accounts that go with it."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from tests.application import Application
from tests.fakes import FakeFeedAccounts

from fastauth.application.event_feed.list_accounts import AccountsAnswer, ListAccounts
from fastauth.application.event_feed.read_events import EventsAnswer
from fastauth.domain.accounts.user import UserId
from fastauth.domain.audit.event import EventType
from fastauth.domain.audit.trail import Retention
from fastauth.domain.errors import InvalidInput, Violation
from fastauth.domain.event_feed.errors import CursorTooOld
from fastauth.domain.event_feed.ports import FeedAccount
from fastauth.domain.event_feed.published_event import PublishedType
from fastauth.domain.event_feed.retention import feed_retention
from fastauth.domain.principals.errors import NotPermitted
from fastauth.domain.principals.principal import Principal, PrincipalKind
from fastauth.domain.roles.permissions import READ_EVENTS, READ_PERSONAL, READ_USERS

ALL = frozenset({READ_EVENTS, READ_USERS})


def a_client(*permissions: str) -> Principal:
    return Principal(kind=PrincipalKind.CLIENT, client_id="fa_c_x", permissions=frozenset(permissions) or ALL)


@dataclass
class Reader:
    """A service that reads the feed."""

    app: Application
    acting: Principal

    async def read(self, after: str | None, limit: int = 500, *types: PublishedType) -> EventsAnswer:
        await self.app.container.number_events()()
        return await self.app.container.read_events()(
            acting=self.acting, after=after, limit=limit, types=frozenset(types) or None
        )

    async def users(self, after: str | None = None, limit: int = 500) -> AccountsAnswer:
        return await self.app.container.list_feed_accounts()(acting=self.acting, after=after, limit=limit)

    async def now(self) -> str:
        return (await self.read(None)).next


@pytest.fixture
def app() -> Application:
    return Application()


@pytest.fixture
def reader(app: Application) -> Reader:
    return Reader(app, a_client())


def types_of(answer: EventsAnswer) -> list[str]:
    return [each.type.value for each in answer.events]


class TestReadEvents:
    async def test_has_what_happens_after_the_cursor_of_now(self, app: Application, reader: Reader) -> None:
        await app.a_user("before")
        first = await reader.read(None)
        assert (first.events, first.more) == ((), False)
        await app.a_user()
        await app.disable_user(username="santosh")
        answer = await reader.read(first.next)
        assert types_of(answer) == ["user.registered", "user.disabled"]
        assert {each.subject for each in answer.events} == {"2"}
        assert (await reader.read(answer.next)).events == ()

    async def test_each_event_comes_once_whatever_the_pages(self, app: Application, reader: Reader) -> None:
        cursor = await reader.now()
        for number in range(7):
            await app.a_user(f"user{number}")
        subjects, more = [], True
        while more:
            answer = await reader.read(cursor, 3)
            subjects += [each.subject for each in answer.events]
            cursor, more = answer.next, answer.more
        assert subjects == [str(number) for number in range(1, 8)]

    async def test_page_has_no_more_than_its_limit(self, app: Application, reader: Reader) -> None:
        cursor = await reader.now()
        for number in range(3):
            await app.a_user(f"user{number}")
        answer = await reader.read(cursor, 2)
        assert ([each.subject for each in answer.events], answer.more) == (["1", "2"], True)
        answer = await reader.read(answer.next, 2)
        assert ([each.subject for each in answer.events], answer.more) == (["3"], False)

    async def test_chosen_types_alone_and_the_cursor_passes_the_others(
        self, app: Application, reader: Reader
    ) -> None:
        cursor = await reader.now()
        await app.a_user()
        await app.disable_user(username="santosh")
        await app.enable_user(username="santosh")
        answer = await reader.read(cursor, 500, PublishedType.USER_DISABLED)
        assert (types_of(answer), answer.more) == (["user.disabled"], False)
        assert (await reader.read(answer.next)).events == ()

    async def test_personal_data_needs_its_permission(self, app: Application, reader: Reader) -> None:
        cursor = await reader.now()
        await app.a_user()
        await app.a_verified_address("santosh@example.com")
        await app.a_log_in()
        plain = await reader.read(cursor)
        assert "santosh" not in repr(plain.events)
        personal = Reader(app, a_client(READ_EVENTS, READ_PERSONAL))
        events = (await personal.read(cursor)).events
        assert events[0].data == {
            "username": "santosh",
            "fullname": "Santosh Kumar",
            "email": "santosh@example.com",
        }
        assert [replace(each, data={}) for each in events] == [
            replace(each, data={}) for each in plain.events
        ]
        assert "username" not in events[-1].data  # a session

    async def test_personal_data_of_a_deleted_account_is_left_out(
        self, app: Application, reader: Reader
    ) -> None:
        cursor = await reader.now()
        await app.a_user()
        app.storage.users.clear()
        personal = Reader(app, a_client(READ_EVENTS, READ_PERSONAL))
        assert [each.data for each in (await personal.read(cursor)).events] == [{}]

    async def test_permission_is_demanded(self, app: Application) -> None:
        for permission, call in ((READ_EVENTS, "read"), (READ_USERS, "users")):
            refused = Reader(app, a_client("fastauth:roles.read"))
            with pytest.raises(NotPermitted) as missing:
                await getattr(refused, call)(None)
            assert missing.value.permission == permission


class TestCursorTooOld:
    async def refused(self, reader: Reader, cursor: str) -> bool:
        try:
            await reader.read(cursor)
        except CursorTooOld:
            return True
        return False

    async def test_cursor_that_was_not_made_here(self, app: Application, reader: Reader) -> None:
        page = await reader.users()
        other = app.container.cursor_codec().encode("another list", 1)
        for cursor in ("", "A", await reader.now() + "A", other):
            assert await self.refused(reader, cursor), cursor
        assert not await self.refused(reader, page.events_after)

    async def test_after_thirty_days_and_only_if_events_are_missing(
        self, app: Application, reader: Reader
    ) -> None:
        cursor = await reader.now()
        await app.a_user()
        end = (await reader.read(cursor)).next
        app.clock.advance(days=30)
        assert not await self.refused(reader, cursor)
        app.clock.advance(seconds=1)
        assert await self.refused(reader, cursor)
        assert not await self.refused(reader, end)

    async def test_purged_event(self, app: Application, reader: Reader) -> None:
        cursor = await reader.now()
        await app.a_user("first")
        await app.a_user("second")
        middle = (await reader.read(cursor, 1)).next
        del app.storage.entries[0]
        assert await self.refused(reader, cursor)
        assert not await self.refused(reader, middle)

    async def test_database_that_was_restored(self, app: Application, reader: Reader) -> None:
        """The numbers are given again, to other events: a later cursor must not skip them."""
        await app.a_user("first")
        early = await reader.now()
        await app.a_user("lost")
        late = await reader.now()
        del app.storage.entries[1]
        del app.storage.event_numbers[2]
        app.storage.last_seq = 1
        assert await self.refused(reader, late)
        app.clock.advance(seconds=1)
        await app.a_user("second")
        await app.a_user("third")
        assert await self.refused(reader, late)
        assert types_of(await reader.read(early)) == ["user.registered"] * 2

    def test_retention_ends_before_events_are_deleted(self) -> None:
        for events, expected in (
            (365, timedelta(days=30)),
            (1, timedelta(hours=23, minutes=55)),
            (0.001, timedelta()),
        ):
            assert feed_retention(Retention(events=timedelta(days=events))) == expected


class TestListAccounts:
    async def test_pages_have_each_account_once(self, app: Application, reader: Reader) -> None:
        for number in range(5):
            await app.a_user(f"user{number}")
        cursor, names, events_after = None, [], set()
        while True:
            page = await reader.users(cursor, 2)
            names += [each.username for each in page.accounts]
            events_after.add(page.events_after)
            if (cursor := page.next) is None:
                break
        assert names == [f"user{number}" for number in range(5)]
        assert len(events_after) == 1

    async def test_events_after_have_what_the_pages_missed(self, app: Application, reader: Reader) -> None:
        await app.a_user("first")
        await app.a_user("second")
        await reader.now()
        page = await reader.users(limit=1)
        await app.disable_user(username="first")
        await app.a_user("third")
        page = await reader.users(page.next, limit=5)
        assert [each.username for each in page.accounts] == ["second", "third"]
        assert types_of(await reader.read(page.events_after)) == ["user.disabled", "user.registered"]

    async def test_cursor_that_was_not_made_here_is_refused(self, reader: Reader) -> None:
        for cursor in ("A", await reader.now()):
            with pytest.raises(InvalidInput) as refused:
                await reader.users(cursor)
            detail = "Must be taken from `next` of another page."
            assert list(refused.value.violations) == [Violation("after", "not_a_place", detail)]

    async def test_full_last_page_is_the_last(self, app: Application, reader: Reader) -> None:
        await app.a_user("first")
        await app.a_user("second")
        page = await reader.users(limit=2)
        assert [each.username for each in page.accounts] == ["first", "second"]
        assert page.next is None

    async def test_one_account_more_than_the_page_is_read(self, app: Application) -> None:
        """It shows whether there is a next page; an installation may have millions."""

        class Limits(FakeFeedAccounts):
            async def page(self, *, after: UserId, limit: int) -> tuple[FeedAccount, ...]:
                limits.append(limit)
                return await super().page(after=after, limit=limit)

        limits: list[int] = []
        container = app.container
        list_accounts = ListAccounts(
            feed=container.event_feed(), accounts=Limits(app.storage), cursors=container.feed_cursors()
        )
        await list_accounts(acting=a_client(), after=None, limit=3)
        assert limits == [4]


class TestMeasureFeedLag:
    async def test_is_the_age_of_the_oldest_without_a_number(self, app: Application) -> None:
        measure = app.container.measure_feed_lag()
        assert await measure() == timedelta()
        await app.a_user("first")
        app.clock.advance(seconds=7)
        await app.a_user("second")
        assert await measure() == timedelta(seconds=7)
        assert await app.container.number_events()() == 2
        assert await measure() == timedelta()

    async def test_clock_that_is_behind_is_no_lag(self, app: Application) -> None:
        await app.a_user()
        app.clock.advance(seconds=-7)
        assert await app.container.measure_feed_lag()() == timedelta()


class TestNumberEvents:
    async def test_numbers_all_in_batches(self, app: Application) -> None:
        for _ in range(1_001):
            app.storage.note(EventType.USER_CREATED)
        assert await app.container.number_events()() == 1_001
        assert app.storage.last_seq == 1_001
        assert await app.container.number_events()() == 0

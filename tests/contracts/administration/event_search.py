"""What an `EventSearch` promises."""

from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta
from secrets import token_bytes

import pytest
from tests.builders import a_new_user

from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.accounts.user import User
from fastauth.domain.administration.event_search import (
    EventPlace,
    EventSearch,
    FoundEvents,
)
from fastauth.domain.audit.event import Event, EventType, UsernameDigest
from fastauth.domain.audit.ports import EventLog
from fastauth.domain.audit.trail import AuditFilter
from fastauth.domain.unit_of_work import UnitOfWork

EXAMINED = 20
"""What an implementation under test is to look at for one page."""
FUTURE = datetime(2999, 1, 1, tzinfo=UTC)
"""Later than the events of every other test."""
SECOND = timedelta(seconds=1)


def an_event(
    event_type: EventType,
    seconds: int,
    *,
    user: User | None = None,
    digest: UsernameDigest | None = None,
) -> Event:
    return Event(
        type=event_type,
        occurred_at=FUTURE + seconds * SECOND,
        user_id=user.id if user else None,
        username_digest=digest,
    )


def types_of(found: FoundEvents) -> list[EventType]:
    return [entry.event.type for entry in found.entries]


class EventSearchContract(ABC):
    @abstractmethod
    @pytest.fixture
    def users(self) -> UserRepository: ...

    @abstractmethod
    @pytest.fixture
    def events(self) -> EventLog: ...

    @abstractmethod
    @pytest.fixture
    def unit_of_work(self) -> UnitOfWork: ...

    @abstractmethod
    @pytest.fixture
    def search(self) -> EventSearch: ...

    async def test_pages_of_an_account(
        self, search: EventSearch, events: EventLog, users: UserRepository
    ) -> None:
        """Failed log-ins with its username have no account, and are its events all the same."""
        user, other = [await users.add(a_new_user()) for _ in range(2)]
        digests = [UsernameDigest(token_bytes(16)) for _ in range(2)]
        for seconds, digest in ((1, digests[0]), (3, digests[1])):
            await events.record(an_event(EventType.LOGIN_FAILED, seconds, digest=digest))
        for seconds in (2, 4, 4):
            await events.record(an_event(EventType.LOGGED_OUT, seconds, user=user))
        await events.record(an_event(EventType.LOGGED_OUT, 3, user=other))
        wanted = AuditFilter(user_id=user.id, username_digests=tuple(digests), since=FUTURE)
        expected = [EventType.LOGGED_OUT] * 2 + [EventType.LOGIN_FAILED, EventType.LOGGED_OUT]
        expected.append(EventType.LOGIN_FAILED)
        for limit in (1, 2, 100):
            pages = [await search.page(wanted, before=None, limit=limit)]
            while pages[-1].next:
                pages.append(await search.page(wanted, before=pages[-1].next, limit=limit))
            assert [each for page in pages for each in types_of(page)] == expected, limit
        assert pages[0].entries[0].username == user.username.display

    async def test_filters(self, search: EventSearch, events: EventLog, users: UserRepository) -> None:
        user = await users.add(a_new_user())
        for seconds, event_type in enumerate([EventType.LOGGED_OUT, EventType.STEPPED_UP] * 2):
            await events.record(an_event(event_type, seconds, user=user))
        of_user = AuditFilter(user_id=user.id, type=EventType.STEPPED_UP)
        assert len((await search.page(of_user, before=None, limit=9)).entries) == 2
        bounded = AuditFilter(user_id=user.id, since=FUTURE + SECOND, until=FUTURE + 3 * SECOND)
        found = await search.page(bounded, before=None, limit=9)
        assert types_of(found) == [EventType.LOGGED_OUT, EventType.STEPPED_UP]

    async def test_page_ends_after_so_many_examined(
        self, search: EventSearch, users: UserRepository, unit_of_work: UnitOfWork
    ) -> None:
        """A rare type of event costs no more than a frequent one."""
        user = await users.add(a_new_user())
        async with unit_of_work.begin() as transaction:
            await transaction.events.record(an_event(EventType.USER_RENAMED, 0, user=user))
            for _ in range(EXAMINED):
                await transaction.events.record(an_event(EventType.STEPPED_UP, 1, user=user))
            await transaction.commit()
        wanted = AuditFilter(user_id=user.id, type=EventType.USER_RENAMED)
        page = await search.page(wanted, before=None, limit=5)
        assert page.entries == ()
        assert isinstance(page.next, EventPlace)
        page = await search.page(wanted, before=page.next, limit=5)
        assert (types_of(page), page.next) == ([EventType.USER_RENAMED], None)

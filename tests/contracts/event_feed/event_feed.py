"""What an `EventFeed` and an `EventNumbering` promise together."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from tests.builders import a_new_user, a_password_hash, a_session

from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.accounts.user import User
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.audit.ports import EventLog
from fastauth.domain.event_feed.ports import EventFeed, EventNumbering
from fastauth.domain.event_feed.published_event import PublishedEvent, PublishedType
from fastauth.domain.passwords.ports import PasswordRepository
from fastauth.domain.sessions.ports import SessionRepository
from fastauth.domain.sessions.proof import PasswordProof


@dataclass
class Ports:
    """Those that write events, number them and read them."""

    log: EventLog
    feed: EventFeed
    numbering: EventNumbering
    start: int
    """The last number before the test."""

    async def record(self, user: User, *event_types: EventType) -> None:
        for event_type in event_types:
            event = Event(type=event_type, occurred_at=datetime.now(UTC), user_id=user.id)
            await self.log.record(event)

    async def read(self) -> list[PublishedEvent]:
        return list((await self.feed.read(after=self.start, limit=500)).events)


class EventFeedContract(ABC):
    @abstractmethod
    @pytest.fixture
    def users(self) -> UserRepository: ...

    @abstractmethod
    @pytest.fixture
    def passwords(self, users: UserRepository) -> PasswordRepository: ...

    @abstractmethod
    @pytest.fixture
    def sessions(self) -> SessionRepository: ...

    @abstractmethod
    @pytest.fixture
    def event_log(self) -> EventLog: ...

    @abstractmethod
    @pytest.fixture
    def feed(self) -> EventFeed: ...

    @abstractmethod
    @pytest.fixture
    def numbering(self) -> EventNumbering: ...

    @pytest.fixture
    async def ports(self, event_log: EventLog, feed: EventFeed, numbering: EventNumbering) -> Ports:
        """Return the ports, once no event of another test waits for its number."""
        while await numbering.number(limit=500):
            pass
        return Ports(event_log, feed, numbering, (await feed.last()).seq)

    @pytest.fixture
    async def user(self, ports: Ports, passwords: PasswordRepository) -> User:
        """Return a user whose registration is the first event of the test."""
        assert ports.start >= 0
        return await passwords.add_user(a_new_user(), a_password_hash())

    async def test_committed_events_get_consecutive_numbers_in_order(
        self, ports: Ports, user: User, sessions: SessionRepository
    ) -> None:
        now = datetime.now(UTC)
        session = a_session(user, now=now)
        await sessions.add(session, proof=PasswordProof(a_password_hash()), max_sessions=100)
        granted = Event(type=EventType.ROLE_GRANTED, occurred_at=now, user_id=user.id, detail="a")
        await ports.log.record(granted)
        assert await ports.read() == []
        assert [await ports.numbering.number(limit=500) for _ in range(2)] == [3, 0]
        events = await ports.read()
        assert [(each.seq - ports.start, each.type, each.subject, each.data) for each in events] == [
            (1, PublishedType.USER_REGISTERED, str(user.id), {}),
            (2, PublishedType.SESSION_STARTED, str(user.id), {"session_id": session.id}),
            (3, PublishedType.USER_ROLES_CHANGED, str(user.id), {"change": "granted", "role": "a"}),
        ]
        assert events[2].at == now
        assert len({each.id for each in events}) == 3
        assert (await ports.feed.last()).seq == ports.start + 3

    async def test_pages_continue_behind_the_last(self, ports: Ports, user: User) -> None:
        start, feed = ports.start, ports.feed
        await ports.record(user, *[EventType.USER_DISABLED] * 4)
        assert [await ports.numbering.number(limit=2) for _ in range(4)] == [2, 2, 1, 0]
        first = await feed.read(after=start, limit=2)
        assert (len(first.events), first.more, first.end.seq, first.last) == (2, True, start + 2, start + 5)
        assert (first.end.at, first.next_at) == (first.events[1].at, first.events[0].at)
        second = await feed.read(after=first.end.seq, limit=3)
        assert [each.seq - start for each in second.events] == [3, 4, 5]
        assert (second.more, second.start) == (False, first.end)
        third = await feed.read(after=second.end.seq, limit=3)
        assert (third.events, third.more, third.end, third.next_at) == ((), False, second.end, None)
        assert await feed.last() == second.end

    async def test_types_select(self, ports: Ports, user: User) -> None:
        await ports.record(user, EventType.USER_DISABLED, EventType.USER_ENABLED, EventType.PASSWORD_RESET)
        await ports.numbering.number(limit=500)
        wanted = frozenset({PublishedType.USER_ENABLED, PublishedType.USER_REGISTERED})
        page = await ports.feed.read(after=ports.start, limit=500, types=wanted)
        assert [each.seq - ports.start for each in page.events] == [1, 3]
        assert (page.end, page.more) == (await ports.feed.last(), False)

    async def test_attempts_and_refreshes_get_no_number(self, ports: Ports, user: User) -> None:
        await ports.record(user, EventType.LOGIN_FAILED, EventType.SESSION_RENEWED, EventType.PASSKEY_USED)
        assert await ports.numbering.number(limit=500) == 1
        assert [each.type for each in await ports.read()] == [PublishedType.USER_REGISTERED]

    async def test_event_that_is_not_published_takes_a_number_alone(self, ports: Ports, user: User) -> None:
        await ports.record(user, EventType.USER_UNLOCKED)
        assert await ports.numbering.number(limit=500) == 2
        page = await ports.feed.read(after=ports.start, limit=500)
        assert (len(page.events), page.end.seq - ports.start, page.more) == (1, 2, False)

    async def test_number_that_was_not_given_is_an_empty_page(self, ports: Ports) -> None:
        page = await ports.feed.read(after=ports.start + 7, limit=1)
        assert (page.events, page.end.seq - ports.start, page.last) == ((), 7, ports.start)

    async def test_oldest_unnumbered_waits_since_it_was_recorded(self, ports: Ports, user: User) -> None:
        await ports.numbering.number(limit=500)
        assert await ports.numbering.oldest_unnumbered() is None
        at = datetime.now(UTC) - timedelta(hours=1)
        for event_type in (EventType.LOGIN_FAILED, EventType.USER_ENABLED):
            assert await ports.numbering.oldest_unnumbered() is None
            await ports.log.record(Event(type=event_type, occurred_at=at, user_id=user.id))
        await ports.record(user, EventType.USER_DISABLED)
        assert await ports.numbering.oldest_unnumbered() == at

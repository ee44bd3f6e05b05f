"""What an `AuditTrail` and an `EventLog` promise, and each port that also records events."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from secrets import token_bytes

import pytest
from tests.builders import a_digest, a_full_name, a_new_user, a_password_hash, a_session
from tests.contracts.signing_keys.signing_key_repository import a_key
from tests.fakes import FakeClock

from fastauth.domain.accounts.errors import UsernameTaken
from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.accounts.user import NewUser, User
from fastauth.domain.audit.event import Actor, Event, EventSource, EventType, UsernameDigest
from fastauth.domain.audit.ports import AuditTrail, EventLog
from fastauth.domain.audit.trail import AuditEntry, AuditFilter
from fastauth.domain.operations.ports import ExpiredRows
from fastauth.domain.operations.purges import Expired
from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.passwords.ports import PasswordRepository
from fastauth.domain.sessions.ports import SessionRepository
from fastauth.domain.sessions.proof import PasswordProof
from fastauth.domain.sessions.session import Rotation, Session, SessionId
from fastauth.domain.signing_keys.ports import SigningKeyRepository

A_CLIENT = EventSource(Actor.CLIENT, "192.0.2.44")
MINUTE = timedelta(minutes=1)


@dataclass(kw_only=True)
class Ports:
    """Those that write events, and the one that reads them, over one storage."""

    users: UserRepository
    passwords: PasswordRepository
    sessions: SessionRepository
    keys: SigningKeyRepository
    events: EventLog
    trail: AuditTrail
    expired_rows: ExpiredRows

    async def a_user(self) -> User:
        return await self.passwords.add_user(a_new_user(), a_password_hash())

    async def a_session(self, user: User, *, now: datetime) -> Session:
        session = a_session(user, now=now)
        await self.sessions.add(session, proof=PasswordProof(a_password_hash()), max_sessions=100)
        return session

    async def rotated(self, session: Session, *, now: datetime) -> Session | None:
        rotation = Rotation(
            presented=(session.refresh_digest,), successor=a_digest("next"), expires_at=now + 10 * MINUTE
        )
        renewed = await self.sessions.rotate(session.id, rotation, now=now)
        return renewed.session if renewed else None

    async def read(self, **wanted: object) -> list[AuditEntry]:
        return await self.trail.page(AuditFilter(**wanted), before=None, limit=100)  # type: ignore[arg-type]  # its fields

    async def event_types(self, **wanted: object) -> list[EventType]:
        return [entry.event.type for entry in await self.read(**wanted)]


class AuditTrailContract(ABC):
    @pytest.fixture
    def clock(self) -> FakeClock:
        return FakeClock()

    @pytest.fixture
    def now(self, clock: FakeClock) -> datetime:
        return clock.now()

    @abstractmethod
    @pytest.fixture
    def make(self, clock: FakeClock) -> Callable[[EventSource], Ports]:
        """Return a function that makes the ports for acts of one origin, over an empty storage."""

    @pytest.fixture
    def ports(self, make: Callable[[EventSource], Ports]) -> Ports:
        return make(A_CLIENT)

    async def test_each_change_records_one_event(self, ports: Ports, now: datetime) -> None:
        user = await ports.a_user()
        session = await ports.a_session(user, now=now)
        await ports.rotated(session, now=now)
        await ports.users.set_full_name(user.id, a_full_name("Somebody Else"), now=now, limit=None)
        await ports.keys.add(a_key(1))
        found = [(entry.event, entry.source, entry.username) for entry in await ports.read()]
        of_user = Event(type=EventType.USER_CREATED, occurred_at=now, user_id=user.id)
        of_session = replace(of_user, session_id=session.id)
        assert found == [
            (Event(type=EventType.SIGNING_KEY_ROTATED, occurred_at=now), A_CLIENT, None),
            (replace(of_user, type=EventType.FULL_NAME_CHANGED), A_CLIENT, user.username.display),
            (replace(of_session, type=EventType.SESSION_RENEWED), A_CLIENT, user.username.display),
            (replace(of_session, type=EventType.LOGIN_SUCCEEDED), A_CLIENT, user.username.display),
            (of_user, A_CLIENT, user.username.display),
        ]

    async def test_failed_changes_record_no_event(self, ports: Ports, now: datetime) -> None:
        user = await ports.a_user()
        session = await ports.a_session(user, now=now)
        await ports.keys.add(a_key(1))
        before = await ports.read()
        with pytest.raises(UsernameTaken):
            await ports.users.add(NewUser(username=user.username, fullname=user.fullname))
        with pytest.raises(InvalidCredentials):
            await ports.sessions.add(
                a_session(user, now=now), proof=PasswordProof(a_password_hash("another")), max_sessions=100
            )
        assert await ports.rotated(replace(session, refresh_digest=a_digest("another")), now=now) is None
        await ports.keys.add(a_key(1))
        assert await ports.read() == before

    async def test_event_is_stored_unchanged(
        self, make: Callable[[EventSource], Ports], ports: Ports, now: datetime
    ) -> None:
        operator = make(EventSource(Actor.OPERATOR))
        name = UsernameDigest(token_bytes(16))
        event = Event(type=EventType.LOGIN_FAILED, occurred_at=now - MINUTE, username_digest=name)
        await operator.events.record(event)
        (entry,) = await ports.read(username_digests=(name,))
        assert (entry.event, entry.source, entry.username) == (event, EventSource(Actor.OPERATOR), None)

    async def test_event_names_the_account_and_the_client_that_acted(
        self, make: Callable[[EventSource], Ports], ports: Ports, now: datetime
    ) -> None:
        """Only `EventLog.record` stores them: statements that also write an event stay short."""
        user = await ports.a_user()
        acting = EventSource(Actor.CLIENT, "192.0.2.44", actor_id=user.id, client_id="fa_c_reports")
        administrator = make(acting)
        await administrator.events.record(
            Event(type=EventType.USER_DISABLED, occurred_at=now, user_id=user.id)
        )
        await administrator.a_session(user, now=now)
        disabled, logged_in = [
            (await ports.read(user_id=user.id, type=wanted))[0].source
            for wanted in (EventType.USER_DISABLED, EventType.LOGIN_SUCCEEDED)
        ]
        assert disabled == acting
        assert logged_in == EventSource(Actor.CLIENT, "192.0.2.44")

    async def test_repeated_event_is_recorded_once_per_interval(self, ports: Ports, now: datetime) -> None:
        user = await ports.a_user()
        session, other = [await ports.a_session(user, now=now) for _ in range(2)]
        refused = Event(type=EventType.SESSION_RENEWAL_FAILED, occurred_at=now, session_id=session.id)
        for event in (
            refused,
            replace(refused, occurred_at=now + MINUTE / 2),
            replace(refused, session_id=other.id),
            replace(refused, occurred_at=now + MINUTE),
            replace(refused, session_id=SessionId("unknown")),
        ):
            await ports.events.record_unless_recent(
                event, within=MINUTE, or_type=EventType.REFRESH_TOKEN_REUSED
            )
        found = [entry.event for entry in await ports.read(type=EventType.SESSION_RENEWAL_FAILED)]
        assert found == [
            replace(refused, user_id=user.id, occurred_at=now + MINUTE),
            replace(refused, user_id=user.id, session_id=other.id),
            replace(refused, user_id=user.id),
        ]

    async def test_other_type_suppresses_event(self, ports: Ports, now: datetime) -> None:
        user = await ports.a_user()
        session = await ports.a_session(user, now=now)
        worse = Event(
            type=EventType.REFRESH_TOKEN_REUSED, occurred_at=now, user_id=user.id, session_id=session.id
        )
        await ports.events.record(worse)
        event = Event(type=EventType.SESSION_RENEWAL_FAILED, occurred_at=now, session_id=session.id)
        await ports.events.record_unless_recent(event, within=MINUTE, or_type=worse.type)
        assert EventType.SESSION_RENEWAL_FAILED not in await ports.event_types()

    async def test_filters_by_user_and_username_digest(self, ports: Ports, now: datetime) -> None:
        user = await ports.a_user()
        await ports.a_user()
        name = UsernameDigest(token_bytes(16))
        for tried in (name, UsernameDigest(token_bytes(16))):
            await ports.events.record(
                Event(type=EventType.LOGIN_FAILED, occurred_at=now, username_digest=tried)
            )
        theirs = {"user_id": user.id, "username_digests": (name,)}
        assert await ports.event_types(**theirs) == [EventType.LOGIN_FAILED, EventType.USER_CREATED]
        assert await ports.event_types(**theirs, type=EventType.USER_CREATED) == [EventType.USER_CREATED]
        assert await ports.event_types(username_digests=(name,)) == [EventType.LOGIN_FAILED]

    async def test_filters_by_time(self, ports: Ports, now: datetime) -> None:
        for minutes in (2, 0, 1):
            at = now + minutes * MINUTE
            await ports.events.record(Event(type=EventType.SIGNING_KEY_ROTATED, occurred_at=at))
        found = await ports.read(since=now + MINUTE, until=now + 2 * MINUTE)
        assert [entry.event.occurred_at for entry in found] == [now + MINUTE]

    async def test_pages(self, ports: Ports, now: datetime) -> None:
        for minutes in (1, 0, 1, 0, 1):
            at = now + minutes * MINUTE
            await ports.events.record(Event(type=EventType.SIGNING_KEY_ROTATED, occurred_at=at))
        everything = await ports.read()
        pages, last = [], None
        while page := await ports.trail.page(AuditFilter(), before=last, limit=2):
            pages.append(page)
            last = page[-1]
        assert [len(page) for page in pages] == [2, 2, 1]
        assert [entry for page in pages for entry in page] == everything
        assert [entry.event.occurred_at for entry in everything] == [now + MINUTE] * 3 + [now] * 2

    async def test_purges_events_and_addresses_in_batches(self, ports: Ports, now: datetime) -> None:
        days = timedelta(days=1)
        for age in (366, 366, 366, 31, 31, 31, 29):
            await ports.events.record(Event(type=EventType.SIGNING_KEY_ROTATED, occurred_at=now - age * days))
        for rows, kept in ((Expired.EVENTS, 365 * days), (Expired.EVENT_ADDRESSES, 30 * days)):
            purged = [await ports.expired_rows.purge(rows, before=now - kept, limit=2) for _ in range(4)]
            assert (sum(purged) >= 3, purged[-1]) == (True, 0), rows
        found = await ports.read()
        assert [entry.event.occurred_at for entry in found] == [now - age * days for age in (29, 31, 31, 31)]
        assert [entry.source for entry in found] == [A_CLIENT, *[EventSource(Actor.CLIENT)] * 3]

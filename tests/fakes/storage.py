"""A database in memory, and the ports that reach it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tests.fakes.clock import FakeClock

from fastauth.domain.accounts.errors import UsernameTaken
from fastauth.domain.accounts.full_name import FullName
from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.accounts.user import Holder, Newcomer, User, UserId
from fastauth.domain.accounts.username import Username
from fastauth.domain.audit.event import Event, EventKind, Origin
from fastauth.domain.audit.ports import EventLog
from fastauth.domain.audit.trail import Entry, Retention, Wanted
from fastauth.domain.clock import Clock
from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.passwords.password import PasswordHash
from fastauth.domain.rate_limits import counting
from fastauth.domain.rate_limits.counter import Tally, TallyKey
from fastauth.domain.rate_limits.counting import Counted, Hit, Refund
from fastauth.domain.rate_limits.errors import TooManyAttempts
from fastauth.domain.rate_limits.pace import Pace
from fastauth.domain.rate_limits.ports import TallyRepository
from fastauth.domain.sessions.ports import SessionRepository
from fastauth.domain.sessions.session import (
    MOST_COUNTED,
    RECORDED_WITHIN,
    Caller,
    Place,
    Rotation,
    Session,
    SessionId,
)
from fastauth.domain.signing_keys.signing_key import KeyRing, SigningKey
from fastauth.entrypoints.request_origin import current_origin


@dataclass
class FakeStorage:
    """What is stored. A transaction works on a draft and publishes it when it commits."""

    users: dict[UserId, User] = field(default_factory=dict)
    sessions: dict[SessionId, Session] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    keys: dict[int, SigningKey] = field(default_factory=dict)
    tallies: dict[TallyKey, Tally] = field(default_factory=dict)
    clock: Clock = field(default_factory=FakeClock)
    origin: Callable[[], Origin] = current_origin
    epochs: dict[UserId, int] = field(default_factory=dict)
    session_epochs: dict[SessionId, int] = field(default_factory=dict)
    recorded_at: dict[SessionId, datetime] = field(default_factory=dict)
    renames_paid_until: dict[UserId, datetime] = field(default_factory=dict)
    begun_at: dict[str, datetime] = field(default_factory=dict)

    @property
    def events(self) -> list[Event]:
        return [entry.event for entry in self.entries]

    def record(self, event: Event) -> None:
        number = max((entry.number for entry in self.entries), default=0) + 1
        self.entries.append(Entry(number=number, event=event, origin=self.origin(), username=None))

    def note(
        self, kind: EventKind, user_id: UserId | None = None, session_id: SessionId | None = None
    ) -> None:
        self.record(Event(kind=kind, at=self.clock.now(), user_id=user_id, session_id=session_id))

    def draft(self) -> "FakeStorage":
        return FakeStorage(
            dict(self.users),
            dict(self.sessions),
            list(self.entries),
            dict(self.keys),
            dict(self.tallies),
            self.clock,
            self.origin,
            dict(self.epochs),
            dict(self.session_epochs),
            dict(self.recorded_at),
            dict(self.renames_paid_until),
            dict(self.begun_at),
        )

    def publish(self, draft: "FakeStorage") -> None:
        self.users, self.sessions, self.entries = draft.users, draft.sessions, draft.entries
        self.tallies, self.epochs, self.session_epochs = draft.tallies, draft.epochs, draft.session_epochs
        self.recorded_at, self.renames_paid_until = draft.recorded_at, draft.renames_paid_until


class FakeUserRepository:
    """Counts how often somebody is looked up."""

    def __init__(self, storage: FakeStorage | None = None) -> None:
        self.storage = storage or FakeStorage()
        self.looked = 0

    async def find(self, username: Username) -> User | None:
        self.looked += 1
        return next((user for user in self.storage.users.values() if user.username.key == username.key), None)

    async def add(self, *, username: Username, fullname: FullName, password_hash: PasswordHash) -> User:
        if await self.find(username):
            raise UsernameTaken
        user = User(
            id=UserId(max(self.storage.users, default=0) + 1),
            username=username,
            fullname=fullname,
            password_hash=password_hash,
        )
        self.storage.users[user.id] = user
        self.storage.note(EventKind.REGISTERED, user.id)
        return user

    async def rename(self, user_id: UserId, fullname: FullName, *, now: datetime, pace: Pace | None) -> None:
        if self.storage.users[user_id].fullname == fullname:
            return
        if pace:
            until = self.storage.renames_paid_until.get(user_id)
            paid = pace.paid(until, now)
            if paid is None:
                raise TooManyAttempts(after=pace.wait(until, now))
            self.storage.renames_paid_until[user_id] = paid
        self.storage.users[user_id] = replace(self.storage.users[user_id], fullname=fullname)
        self.storage.note(EventKind.FULL_NAME_CHANGED, user_id)

    async def replace_password(self, user_id: UserId, *, known: PasswordHash, new: PasswordHash) -> int:
        if self.storage.users[user_id].password_hash != known:
            return 0
        self.storage.users[user_id] = replace(self.storage.users[user_id], password_hash=new)
        return 1

    async def set_disabled(self, user_id: UserId, since: datetime | None) -> None:
        self.storage.users[user_id] = replace(self.storage.users[user_id], disabled_at=since)


class FakeUserDirectory:
    def __init__(self, storage: FakeStorage) -> None:
        self.storage = storage

    async def page(self, *, after: UserId | None, at_most: int, disabled: bool | None = None) -> list[User]:
        found = [
            user
            for user in self.storage.users.values()
            if (after is None or user.id > after) and disabled in {None, user.disabled_at is not None}
        ]
        return sorted(found, key=lambda user: user.id)[:at_most]


class FakeUserIntake:
    def __init__(self, storage: FakeStorage) -> None:
        self.users = FakeUserRepository(storage)

    async def holders(self, keys: Collection[str]) -> dict[str, Holder]:
        users = [user for user in self.users.storage.users.values() if user.username.key in keys]
        return {user.username.key: Holder(id=user.id, password_hash=user.password_hash) for user in users}

    async def admit(self, newcomers: Collection[Newcomer]) -> dict[str, UserId]:
        admitted = {}
        for newcomer in newcomers:
            with suppress(UsernameTaken):
                user = await self.users.add(
                    username=newcomer.username,
                    fullname=newcomer.fullname,
                    password_hash=newcomer.password_hash,
                )
                await self.users.set_disabled(user.id, newcomer.disabled_at)
                admitted[newcomer.username.key] = user.id
        return admitted


class FakeHashCensus:
    """Takes each hash for a kind of its own."""

    def __init__(self, storage: FakeStorage) -> None:
        self._storage = storage

    async def examples(self) -> dict[PasswordHash, int]:
        return {user.password_hash: 1 for user in self._storage.users.values()}


class FakeSessionRepository:
    def __init__(self, storage: FakeStorage) -> None:
        self.storage = storage

    async def start(
        self, session: Session, *, password_hash: PasswordHash, at_most: int, refunds: tuple[Refund, ...] = ()
    ) -> None:
        user = self.storage.users.get(session.user_id)
        if user is None or user.disabled_at or user.password_hash != password_hash:
            raise InvalidCredentials
        self.storage.sessions[session.id] = session
        self.storage.session_epochs[session.id] = self.storage.epochs.get(session.user_id, 0)
        self.storage.note(EventKind.LOGGED_IN, session.user_id, session.id)
        await FakeTallyRepository(self.storage).refund(refunds, now=session.created_at)
        others = [s for s in self._living(session.user_id, session.created_at) if s.id != session.id]
        for surplus in others[at_most - 1 :]:
            self.storage.sessions[surplus.id] = replace(surplus, ended_at=session.created_at)

    async def rotate(self, session_id: SessionId, rotation: Rotation, *, now: datetime) -> Session | None:
        caller = await self.find(session_id, now=now)
        if caller is None or caller.session.refresh_digest not in rotation.spent:
            return None
        paid: datetime | None = now
        if rotation.pace:
            paid = rotation.pace.paid(caller.session.refreshes_paid_until, now)
        if paid is None:
            return None
        session = replace(
            caller.session,
            spent_digest=caller.session.refresh_digest,
            spent_at=now,
            spent_by=rotation.by,
            refresh_digest=rotation.successor,
            refresh_expires_at=min(rotation.until, caller.session.expires_at),
            refreshes_paid_until=paid,
            last_used_at=now,
        )
        self.storage.sessions[session_id] = session
        recorded_at = self.storage.recorded_at.get(session_id)
        if recorded_at is None or recorded_at <= now - RECORDED_WITHIN:
            self.storage.recorded_at[session_id] = now
            self.storage.note(EventKind.REFRESHED, session.user_id, session.id)
        return session

    async def find(self, session_id: SessionId, *, now: datetime) -> Caller | None:
        session = self.storage.sessions.get(session_id)
        if session is None or not self._lives(session, now):
            return None
        user = self.storage.users[session.user_id]
        return None if user.disabled_at else Caller(user, session)

    async def of_user(
        self, user_id: UserId, *, now: datetime, after: Place | None = None, at_most: int
    ) -> list[Session]:
        found = self._living(user_id, now)
        if after:
            ids = [session.id for session in found]
            found = found[ids.index(after.id) + 1 :] if after.id in ids else found
            found = [session for session in found if session.created_at <= after.created_at]
        return found[:at_most]

    async def end(self, user_id: UserId, *, only: SessionId, now: datetime) -> int:
        ending = [session for session in self._living(user_id, now) if session.id == only]
        for session in ending:
            self.storage.sessions[session.id] = replace(session, ended_at=now)
        return len(ending)

    async def end_all(self, user_id: UserId, *, but: SessionId | None = None, now: datetime) -> int:
        ending = [session for session in self._living(user_id, now) if session.id != but]
        kept = [session for session in self._living(user_id, now) if session.id == but]
        self.storage.epochs[user_id] = self.storage.epochs.get(user_id, 0) + 1
        for session in kept:
            self.storage.session_epochs[session.id] = self.storage.epochs[user_id]
        for session in ending[:MOST_COUNTED]:
            self.storage.sessions[session.id] = replace(session, ended_at=now)
        return min(len(ending), MOST_COUNTED)

    def _living(self, user_id: UserId, now: datetime) -> list[Session]:
        found = [s for s in self.storage.sessions.values() if s.user_id == user_id and self._lives(s, now)]
        return sorted(found, key=lambda session: session.created_at, reverse=True)

    def _lives(self, session: Session, now: datetime) -> bool:
        epoch = self.storage.epochs.get(session.user_id, 0)
        return session.lives(now) and self.storage.session_epochs.get(session.id, 0) == epoch


class FakeSweeper:
    def __init__(self, storage: FakeStorage) -> None:
        self.storage = storage

    async def begin(self, task: str, *, now: datetime, every: timedelta) -> bool:
        begun_at = self.storage.begun_at.get(task)
        if begun_at and now - every < begun_at <= now + every:
            return False
        self.storage.begun_at[task] = now
        return True

    async def sweep_sessions(self, *, over_since: datetime, at_most: int) -> int:
        over = [
            session.id
            for session in self.storage.sessions.values()
            if min(session.refresh_expires_at, session.ended_at or session.refresh_expires_at) < over_since
        ]
        for session_id in over[:at_most]:
            del self.storage.sessions[session_id]
        return len(over[:at_most])

    async def sweep_tallies(self, *, over_since: datetime, at_most: int) -> int:
        forgotten = [key for key, tally in self.storage.tallies.items() if tally.until < over_since]
        for key in forgotten[:at_most]:
            del self.storage.tallies[key]
        return len(forgotten[:at_most])

    async def sweep_events(self, kept: Retention, *, now: datetime, at_most: int) -> int:
        old = [entry for entry in self.storage.entries if entry.event.at < now - kept.events][:at_most]
        for entry in old:
            self.storage.entries.remove(entry)
        told = [
            index
            for index, entry in enumerate(self.storage.entries)
            if entry.origin and entry.origin.address and entry.event.at < now - kept.addresses
        ][:at_most]
        for index in told:
            entry = self.storage.entries[index]
            assert entry.origin
            self.storage.entries[index] = replace(entry, origin=replace(entry.origin, address=None))
        return len(old) + len(told)


class FakeTallyRepository:
    def __init__(self, storage: FakeStorage | None = None) -> None:
        self.storage = storage or FakeStorage()

    async def count(self, hits: tuple[Hit, ...], *, now: datetime) -> Counted:
        found = self._found(tuple(hit.key for hit in hits), now)
        outcome, after = counting.count(hits, list(found.values()), now)
        self._write(dict(zip(found, after, strict=True)), now)
        return outcome

    async def refund(self, refunds: tuple[Refund, ...], *, now: datetime) -> None:
        found = self._found(counting.keys_of(refunds), now)
        self._write(counting.refund(refunds, found, now), now)

    def _found(self, keys: tuple[TallyKey, ...], now: datetime) -> dict[TallyKey, Tally]:
        return {key: self.storage.tallies.get(key, Tally()).remembered(now) for key in keys}

    def _write(self, tallies: dict[TallyKey, Tally], now: datetime) -> None:
        found = self._found(tuple(tallies), now)
        self.storage.tallies |= {key: tally for key, tally in tallies.items() if tally != found[key]}


class FakeEventLog:
    def __init__(self, storage: FakeStorage) -> None:
        self.storage = storage

    async def record(self, event: Event) -> None:
        self.storage.record(event)

    async def record_once(self, event: Event, *, within: timedelta, unless: EventKind) -> None:
        session = event.session_id and self.storage.sessions.get(event.session_id)
        already = any(
            other.session_id == event.session_id
            and other.kind in {event.kind, unless}
            and other.at > event.at - within
            for other in self.storage.events
        )
        if session and not already:
            self.storage.record(replace(event, user_id=session.user_id))


class FakeAuditTrail:
    def __init__(self, storage: FakeStorage) -> None:
        self.storage = storage

    async def newest(self, wanted: Wanted, *, before: Entry | None, at_most: int) -> list[Entry]:
        found = [
            replace(entry, username=self._name_of(entry.event.user_id))
            for entry in self.storage.entries
            if self._is_wanted(entry.event, wanted) and (before is None or _order(entry) < _order(before))
        ]
        return sorted(found, key=_order, reverse=True)[:at_most]

    def _name_of(self, user_id: UserId | None) -> str | None:
        user = self.storage.users.get(user_id) if user_id else None
        return user.username.spelling if user else None

    @staticmethod
    def _is_wanted(event: Event, wanted: Wanted) -> bool:
        anybody = wanted.user_id is None and not wanted.names
        theirs = event.user_id is not None and event.user_id == wanted.user_id
        return (
            (anybody or theirs or event.name in wanted.names)
            and wanted.kind in {None, event.kind}
            and (wanted.since is None or event.at >= wanted.since)
            and (wanted.until is None or event.at < wanted.until)
        )


def _order(entry: Entry) -> tuple[datetime, int]:
    return entry.event.at, entry.number


class FakeTransaction:
    users: UserRepository
    sessions: SessionRepository
    tallies: TallyRepository
    events: EventLog

    def __init__(self, storage: FakeStorage) -> None:
        self._storage = storage
        self._draft = storage.draft()
        self.users = FakeUserRepository(self._draft)
        self.sessions = FakeSessionRepository(self._draft)
        self.tallies = FakeTallyRepository(self._draft)
        self.events = FakeEventLog(self._draft)

    async def commit(self) -> None:
        self._storage.publish(self._draft)


class FakeUnitOfWork:
    def __init__(self, storage: FakeStorage) -> None:
        self._storage = storage
        self._one_at_a_time = asyncio.Lock()

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[FakeTransaction]:
        async with self._one_at_a_time:
            yield FakeTransaction(self._storage)


class FakeSigningKeyRepository:
    def __init__(self, storage: FakeStorage | None = None) -> None:
        self.storage = storage or FakeStorage()

    async def ring(self) -> KeyRing:
        return KeyRing([key for _, key in sorted(self.storage.keys.items())])

    async def add(self, key: SigningKey) -> None:
        if key.number not in self.storage.keys:
            self.storage.keys[key.number] = key
            self.storage.note(EventKind.KEY_ROTATED)

    async def reseal(self, key: SigningKey) -> None:
        self.storage.keys[key.number] = key

    async def remove(self, key: SigningKey) -> None:
        self.storage.keys.pop(key.number, None)

"""What an `ErasureRepository` promises."""

import asyncio
from abc import ABC, abstractmethod
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from secrets import token_bytes

import pytest
from tests.builders import a_name, a_new_user, a_username, an_erasure
from tests.contracts.personal_data.rows_of_an_account import RowsOfAnAccount

from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.accounts.user import User, UserId
from fastauth.domain.audit.event import Actor, Event, EventSource, EventType, UsernameDigest
from fastauth.domain.audit.ports import AuditTrail
from fastauth.domain.audit.trail import AuditFilter
from fastauth.domain.outbox.ports import OutboxQueue
from fastauth.domain.personal_data.erasure import NameDigest, Receipt
from fastauth.domain.personal_data.ports import ErasureRepository
from fastauth.domain.unit_of_work import UnitOfWork
from fastauth.entrypoints.request_origin import event_source

NOW = datetime(2026, 11, 26, 12, 0, 0, 123456, tzinfo=UTC)
LONG_AGO = datetime(1991, 1, 1, tzinfo=UTC)
"""Before every erasure of another test on the same database."""
MOMENT, MINUTE = timedelta(microseconds=1), timedelta(minutes=1)


class ErasureRepositoryContract(ABC):
    @abstractmethod
    @pytest.fixture
    def users(self) -> UserRepository: ...

    @abstractmethod
    @pytest.fixture
    def erasures(self, users: UserRepository) -> ErasureRepository: ...

    @abstractmethod
    @pytest.fixture
    def unit_of_work(self, users: UserRepository) -> UnitOfWork: ...

    @abstractmethod
    @pytest.fixture
    def outbox(self, users: UserRepository) -> OutboxQueue: ...

    @abstractmethod
    @pytest.fixture
    def trail(self, users: UserRepository) -> AuditTrail: ...

    @pytest.fixture
    async def user(self, users: UserRepository) -> User:
        return await users.add(a_new_user())

    @pytest.fixture
    async def other(self, users: UserRepository) -> User:
        return await users.add(a_new_user())

    @staticmethod
    async def erase(
        unit_of_work: UnitOfWork,
        user_id: UserId,
        *,
        now: datetime = NOW,
        name_digest: NameDigest | None = None,
        tried_names: tuple[UsernameDigest, ...] = (),
    ) -> bool:
        async with unit_of_work.begin() as transaction:
            erased = await transaction.erasures.mark_erased(
                user_id, now=now, name_digest=name_digest, name_rests_until=now + MINUTE
            )
            if erased:
                await transaction.erasures.delete_account(user_id, tried_names=tried_names)
            await transaction.commit()
        return erased

    async def test_one_request_of_an_account_is_stored(self, erasures: ErasureRepository, user: User) -> None:
        assert await erasures.find(user.id) is None
        assert await erasures.withdraw(user.id) is None
        first = an_erasure(user.id, at=NOW)
        assert await erasures.request(first)
        assert not await erasures.request(replace(first, erase_at=NOW + MINUTE))
        assert await erasures.find(user.id) == first
        withdrawn = await asyncio.gather(*(erasures.withdraw(user.id) for _ in range(8)))
        assert sorted(withdrawn, key=bool) == [None] * 7 + [first]
        assert await erasures.find(user.id) is None

    async def test_disabled_since_the_first_time(self, erasures: ErasureRepository, user: User) -> None:
        await erasures.note_disabled(user.id, now=NOW)
        await erasures.request(an_erasure(user.id, at=NOW))
        for now in (NOW, NOW + MINUTE):
            await erasures.note_disabled(user.id, now=now)
            found = await erasures.find(user.id)
            assert found
            assert found.disabled_before == NOW

    async def test_due_in_order_of_time(self, erasures: ErasureRepository, users: UserRepository) -> None:
        ids = [(await users.add(a_new_user())).id for _ in range(4)]
        times = (LONG_AGO + MINUTE, LONG_AGO, LONG_AGO, LONG_AGO + 2 * MINUTE)
        for user_id, at in zip(ids, times, strict=True):
            await erasures.request(an_erasure(user_id, at=at))
        now, expected = LONG_AGO + MINUTE, [ids[1], ids[2], ids[0]]
        due = await erasures.due(now=now, after=None, limit=10)
        assert [each.user_id for each in due] == expected
        assert await erasures.find(expected[0]) == due[0]
        assert await erasures.due(now=now, after=None, limit=1) == due[:1]
        assert await erasures.due(now=now - MOMENT, after=None, limit=10) == due[:2]
        for number, each in enumerate(due, start=1):
            assert await erasures.due(now=now, after=each, limit=10) == due[number:]
        for user_id in ids:
            await erasures.withdraw(user_id)

    async def test_erases_what_is_due_and_once(
        self, erasures: ErasureRepository, unit_of_work: UnitOfWork, users: UserRepository, user: User
    ) -> None:
        assert not await self.erase(unit_of_work, user.id)
        requested = replace(an_erasure(user.id, at=NOW), disabled_before=NOW)
        await erasures.request(requested)
        assert not await self.erase(unit_of_work, user.id, now=NOW - MOMENT)
        assert await users.get(user.id) == user
        digest = NameDigest(token_bytes(32))
        erased = [
            await self.erase(unit_of_work, user.id, name_digest=digest, now=NOW + MINUTE) for _ in range(2)
        ]
        assert erased == [True, False]
        done = replace(
            requested,
            erased_at=NOW + MINUTE,
            disabled_before=None,
            name_digest=digest,
            name_rests_until=NOW + 2 * MINUTE,
        )
        assert await users.get(user.id) is None
        assert await erasures.find(user.id) == done
        assert await erasures.withdraw(user.id) is None
        await erasures.note_disabled(user.id, now=NOW)
        assert not await erasures.request(requested)
        assert await erasures.find(user.id) == done
        assert done not in await erasures.due(now=NOW + MINUTE, after=None, limit=1_000)

    async def test_keeps_the_digest_of_a_name_that_is_gone(
        self, erasures: ErasureRepository, unit_of_work: UnitOfWork, user: User
    ) -> None:
        """The account may be absent after a backup was restored."""
        await erasures.request(an_erasure(user.id, at=NOW))
        await self.erase(unit_of_work, user.id)
        found = await erasures.find(user.id)
        assert found
        assert found.name_digest == an_erasure(user.id, at=NOW).name_digest

    async def test_rows_go_with_the_account(
        self,
        erasures: ErasureRepository,
        unit_of_work: UnitOfWork,
        outbox: OutboxQueue,
        user: User,
        other: User,
    ) -> None:
        """Those of another account stay."""
        rows = [
            RowsOfAnAccount(each, unit_of_work, outbox, now=NOW, due_at=LONG_AGO) for each in (user, other)
        ]
        for each in rows:
            await each.add()
        stored = [await each.names() for each in rows]
        assert stored[0] == stored[1] == RowsOfAnAccount.NAMES
        await erasures.request(an_erasure(user.id, at=NOW))
        assert await self.erase(unit_of_work, user.id)
        left = [await each.names() for each in rows]
        assert left == [set(), RowsOfAnAccount.NAMES]
        await erasures.request(an_erasure(other.id, at=NOW))
        assert await self.erase(unit_of_work, other.id)

    async def test_events_stay_without_the_person(
        self,
        erasures: ErasureRepository,
        unit_of_work: UnitOfWork,
        trail: AuditTrail,
        user: User,
        other: User,
    ) -> None:
        """Those about the account, its acts on others, and failed log-ins with its name."""
        tried, unrelated = UsernameDigest(token_bytes(16)), UsernameDigest(token_bytes(16))
        of_user = Event(type=EventType.PASSKEY_ADDED, occurred_at=NOW, user_id=user.id, detail="a passkey")
        role = replace(of_user, type=EventType.ROLE_GRANTED, detail="auditor")
        on_other = replace(of_user, user_id=other.id)
        failed = Event(type=EventType.LOGIN_FAILED, occurred_at=NOW, username_digest=tried)
        other_failed = replace(failed, username_digest=unrelated)
        async with unit_of_work.begin() as transaction:
            for event in (of_user, role, failed, other_failed):
                with event_source(EventSource(Actor.CLIENT, "192.0.2.1")):
                    await transaction.events.record(event)
            for actor in (user.id, other.id):
                with event_source(EventSource(Actor.CLIENT, "192.0.2.1", actor_id=actor)):
                    await transaction.events.record(on_other)
            await transaction.commit()
        await erasures.request(an_erasure(user.id, at=NOW))
        assert await self.erase(unit_of_work, user.id, tried_names=(tried,))

        async def found(**wanted: object) -> list[tuple[Event, str | None]]:
            filter_ = AuditFilter(since=NOW, until=NOW + MOMENT, **wanted)  # type: ignore[arg-type]  # its fields
            page = await trail.page(filter_, before=None, limit=9)
            return [(each.event, each.source.address if each.source else None) for each in page]

        assert await found(user_id=user.id) == [(role, None), (replace(of_user, detail=None), None)]
        assert await found(user_id=other.id) == [(on_other, "192.0.2.1"), (on_other, None)]
        assert await found(username_digests=(tried,)) == []
        assert await found(username_digests=(unrelated,)) == [(other_failed, "192.0.2.1")]

    async def test_late_events_are_cleared_again(
        self,
        erasures: ErasureRepository,
        unit_of_work: UnitOfWork,
        trail: AuditTrail,
        user: User,
        other: User,
    ) -> None:
        """Those of a request that began before the erasure: about the account, and its acts on others."""
        later = NOW + timedelta(days=1)  # after the erasures of other tests on the same database
        await erasures.request(an_erasure(user.id, at=NOW))
        assert await self.erase(unit_of_work, user.id, now=later)
        exported = Event(type=EventType.DATA_EXPORTED, occurred_at=NOW, user_id=user.id, detail="late")
        of_other = replace(exported, user_id=other.id)
        async with unit_of_work.begin() as transaction:
            for actor, event in ((None, exported), (None, of_other), (user.id, of_other)):
                with event_source(EventSource(Actor.CLIENT, "192.0.2.1", actor_id=actor)):
                    await transaction.events.record(event)
            await transaction.commit()

        async def found(user_id: UserId) -> list[tuple[str | None, str | None]]:
            page = await trail.page(
                AuditFilter(since=NOW, until=NOW + MOMENT, user_id=user_id), before=None, limit=9
            )
            return [(each.event.detail, each.source.address if each.source else None) for each in page]

        of_others = [("late", "192.0.2.1")] * 2
        for since, expected, acts in (
            (later + MOMENT, [("late", "192.0.2.1")], of_others),
            (later, [(None, None)], [("late", None), ("late", "192.0.2.1")]),
        ):
            await erasures.clear_again(erased_since=since)
            assert await found(user.id) == expected
            assert await found(other.id) == acts

    async def test_name_is_taken_until_it_is_free(
        self, erasures: ErasureRepository, unit_of_work: UnitOfWork, user: User
    ) -> None:
        unused, digest = a_username(a_name()), NameDigest(token_bytes(32))
        assert await erasures.is_taken(user.username, (digest,), now=NOW)
        assert not await erasures.is_taken(unused, (digest,), now=NOW)
        assert not await erasures.is_taken(unused, (), now=NOW)
        await erasures.request(replace(an_erasure(user.id, at=NOW), name_digest=digest))
        later = NOW + 2 * MINUTE
        assert await erasures.is_taken(unused, (NameDigest(token_bytes(32)), digest), now=later)
        await self.erase(unit_of_work, user.id)
        assert await erasures.is_taken(unused, (digest,), now=NOW + MINUTE - MOMENT)
        assert not await erasures.is_taken(unused, (digest,), now=NOW + MINUTE)
        assert not await erasures.is_taken(user.username, (digest,), now=NOW + MINUTE)

    async def test_listed_with_the_first_receipt_of_each_consumer(
        self, erasures: ErasureRepository, unit_of_work: UnitOfWork, user: User, other: User
    ) -> None:
        for each in (other, user):
            await erasures.request(an_erasure(each.id, at=NOW))
        await self.erase(unit_of_work, user.id)
        first = Receipt(user_id=user.id, consumer="fa_c_2", at=NOW)
        second = Receipt(user_id=user.id, consumer="fa_c_1", at=NOW + MINUTE)
        for receipt in (first, second, replace(first, at=NOW + 2 * MINUTE)):
            await erasures.confirm(receipt)
        before = UserId(user.id - 1)
        page = await erasures.page(after=before, limit=2)
        assert [(each.erasure.user_id, each.receipts) for each in page] == [
            (user.id, (first, second)),
            (other.id, ()),
        ]
        assert await erasures.page(after=before, limit=1) == page[:1]
        assert await erasures.page(after=user.id, limit=1) == page[1:]
        assert page[0].erasure == await erasures.find(user.id)

    async def test_purged_once_the_name_is_free(
        self, erasures: ErasureRepository, unit_of_work: UnitOfWork, user: User, other: User
    ) -> None:
        for each in (user, other):
            await erasures.request(an_erasure(each.id, at=LONG_AGO))
        await self.erase(unit_of_work, user.id, now=LONG_AGO)
        await erasures.confirm(Receipt(user_id=user.id, consumer="fa_c_1", at=LONG_AGO))
        free = LONG_AGO + MINUTE
        assert await erasures.purge(before=LONG_AGO, now=free + MOMENT) == 0
        assert await erasures.purge(before=LONG_AGO + MOMENT, now=free) == 0
        assert await erasures.purge(before=LONG_AGO + MOMENT, now=free + MOMENT) == 1
        assert await erasures.find(user.id) is None
        assert await erasures.withdraw(other.id)

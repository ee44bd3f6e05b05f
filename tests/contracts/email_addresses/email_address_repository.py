"""What an `EmailAddressRepository` promises."""

import asyncio
from abc import ABC, abstractmethod
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.builders import PROFILE, a_name, a_new_user, an_address, an_imported_user
from tests.harness.editions import size

from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.accounts.user import User
from fastauth.domain.accounts.username import Username
from fastauth.domain.email_addresses.address import EmailAddress
from fastauth.domain.email_addresses.errors import EmailTaken
from fastauth.domain.email_addresses.ports import EmailAddressRepository
from fastauth.domain.email_addresses.record import (
    UNDO_PERIOD,
    AddressRecord,
    ImportedAddress,
    UserAddresses,
)
from fastauth.domain.operations.ports import ExpiredRows
from fastauth.domain.operations.purges import Expired
from fastauth.domain.passwords.ports import BulkUserRepository
from fastauth.domain.unit_of_work import UnitOfWork

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
MICROSECOND = timedelta(microseconds=1)


async def a_user(users: UserRepository, username: str = "") -> User:
    return await users.add(a_new_user(username or a_name()))


async def verified(
    addresses: EmailAddressRepository, user: User, address: EmailAddress, *, now: datetime = NOW
) -> AddressRecord:
    """Add and verify an address."""
    await addresses.add_pending(user.id, address, now=now)
    record = await addresses.verify(user.id, address.key, now=now)
    assert record
    return record


class EmailAddressRepositoryContract(ABC):
    @abstractmethod
    @pytest.fixture
    def users(self) -> UserRepository: ...

    @abstractmethod
    @pytest.fixture
    def addresses(self, users: UserRepository) -> EmailAddressRepository: ...

    @abstractmethod
    @pytest.fixture
    def unit_of_work(self, users: UserRepository) -> UnitOfWork: ...

    @abstractmethod
    @pytest.fixture
    def bulk_users(self, users: UserRepository) -> BulkUserRepository: ...

    @abstractmethod
    @pytest.fixture
    def expired_rows(self, users: UserRepository) -> ExpiredRows: ...

    @pytest.fixture
    async def user(self, users: UserRepository) -> User:
        return await a_user(users)

    @pytest.fixture
    async def other(self, users: UserRepository) -> User:
        return await a_user(users)

    async def test_new_account_has_no_address(self, addresses: EmailAddressRepository, user: User) -> None:
        assert await addresses.of_user(user.id) == UserAddresses()
        assert await addresses.replaced_since(user.id, NOW - UNDO_PERIOD) == []
        assert await addresses.find_owner(an_address().key) is None

    async def test_pending_address_has_no_owner(
        self, addresses: EmailAddressRepository, users: UserRepository, user: User
    ) -> None:
        address = an_address(f"{a_name().upper()}@Example.COM")
        await addresses.add_pending(user.id, address, now=NOW)
        assert await addresses.find_owner(address.key) is None
        assert await addresses.is_pending_anywhere(address.key)
        found = await addresses.of_user(user.id)
        assert found.verified is None
        assert found.pending
        pending = found.pending
        assert (pending.user_id, pending.address, pending.added_at) == (user.id, address, NOW)
        assert pending.verified_at is pending.replaced_at is pending.undeliverable_at is None
        owner = await users.find(user.username)
        assert owner
        assert owner.has_verified_address is False

    async def test_pending_address_is_replaced_by_the_next_one(
        self, addresses: EmailAddressRepository, user: User
    ) -> None:
        first, second = an_address(), an_address()
        await addresses.add_pending(user.id, first, now=NOW)
        await addresses.mark_undeliverable(user.id, first.key, now=NOW)
        await addresses.add_pending(user.id, second, now=LATER)
        found = await addresses.of_user(user.id)
        assert found.pending
        assert (found.pending.address, found.pending.added_at) == (second, LATER)
        assert found.pending.undeliverable_at is None
        assert not await addresses.is_pending_anywhere(first.key)
        assert await addresses.verify(user.id, first.key, now=LATER) is None

    async def test_verified_address_has_an_owner(
        self, addresses: EmailAddressRepository, users: UserRepository, user: User
    ) -> None:
        address = an_address()
        await addresses.add_pending(user.id, address, now=NOW)
        record = await addresses.verify(user.id, address.key, now=LATER)
        assert record
        assert (record.address, record.added_at, record.verified_at) == (address, NOW, LATER)
        assert await addresses.of_user(user.id) == UserAddresses(verified=record)
        found = await users.find(user.username)
        assert await addresses.find_owner(address.key) == found == user
        assert found.has_verified_address
        assert not await addresses.is_pending_anywhere(address.key)
        assert await addresses.verify(user.id, address.key, now=LATER) is None

    async def test_change_replaces_the_former_address(
        self, addresses: EmailAddressRepository, user: User
    ) -> None:
        """The former address stays in force until the new one is verified."""
        old, new = an_address(), an_address()
        before = await verified(addresses, user, old)
        await addresses.add_pending(user.id, new, now=NOW)
        assert (await addresses.of_user(user.id)).verified == before
        assert await addresses.verify(user.id, new.key, now=LATER)
        assert await addresses.find_owner(old.key) is None
        assert await addresses.find_owner(new.key) == user
        (replaced,) = await addresses.replaced_since(user.id, LATER)
        assert (replaced.id, replaced.address, replaced.replaced_at) == (before.id, old, LATER)
        assert await addresses.replaced_since(user.id, LATER + MICROSECOND) == []

    async def test_address_in_force_is_taken(
        self, addresses: EmailAddressRepository, user: User, other: User
    ) -> None:
        address, own = an_address(), an_address()
        before = await verified(addresses, other, own)
        await addresses.add_pending(other.id, address, now=NOW)
        await verified(addresses, user, address)
        with pytest.raises(EmailTaken):
            await addresses.verify(other.id, address.key, now=LATER)
        found = await addresses.of_user(other.id)
        assert found.verified == before
        assert found.pending
        assert found.pending.address == address
        assert await addresses.find_owner(address.key) == user

    async def test_transaction_goes_on_after_email_taken(
        self, addresses: EmailAddressRepository, unit_of_work: UnitOfWork, user: User, other: User
    ) -> None:
        address, next_address = an_address(), an_address()
        await verified(addresses, user, address)
        await addresses.add_pending(other.id, address, now=NOW)
        async with unit_of_work.begin() as transaction:
            with pytest.raises(EmailTaken):
                await transaction.email_addresses.verify(other.id, address.key, now=LATER)
            await transaction.email_addresses.add_pending(other.id, next_address, now=LATER)
            await transaction.commit()
        pending = (await addresses.of_user(other.id)).pending
        assert pending
        assert pending.address == next_address

    async def test_replaced_address_is_free(
        self, addresses: EmailAddressRepository, user: User, other: User
    ) -> None:
        old = an_address()
        await verified(addresses, user, old)
        await verified(addresses, user, an_address())
        await verified(addresses, other, old)
        assert await addresses.find_owner(old.key) == other
        with pytest.raises(EmailTaken):
            await addresses.undo(user.id, old_key=old.key, now=LATER)
        found = await addresses.of_user(user.id)
        assert found.verified

    @pytest.mark.parametrize("domain", ["example.com", "bücher.example.com", "xn--bcher-kva.example.com"])
    async def test_username_of_another_account_is_taken(
        self, addresses: EmailAddressRepository, users: UserRepository, user: User, domain: str
    ) -> None:
        """R17: one identifier would lead to two accounts. CVE-2026-19607, CVE-2021-3754; CWE-289."""
        name = f"{a_name()}@{domain}"
        other = await a_user(users, name)
        address = an_address(name.upper())
        await addresses.add_pending(user.id, address, now=NOW)
        with pytest.raises(EmailTaken):
            await addresses.verify(user.id, address.key, now=NOW)
        await verified(addresses, other, address)
        assert await addresses.find_owner(address.key) == other

    async def test_username_that_is_not_allowed_today_is_taken(
        self, addresses: EmailAddressRepository, users: UserRepository, user: User
    ) -> None:
        """Of an adopted table, and longer than usernames are today."""
        name = f"{a_name()}{'a' * 40}@example.com"
        other = await users.add(replace(a_new_user(), username=Username.parse_existing(name, PROFILE)))
        assert other.username.canonical == f" {name}"
        address = an_address(name.upper())
        assert await addresses.users_of([address]) == {address.key: {other.id}}
        await addresses.add_pending(user.id, address, now=NOW)
        with pytest.raises(EmailTaken):
            await addresses.verify(user.id, address.key, now=NOW)

    async def test_import_of_a_username_that_is_an_address(
        self, addresses: EmailAddressRepository, bulk_users: BulkUserRepository, user: User, other: User
    ) -> None:
        """Only an address in force takes the name."""
        taken, pending, replaced = an_address(), an_address(), an_address()
        await verified(addresses, user, replaced)
        await verified(addresses, user, taken)
        await addresses.add_pending(other.id, pending, now=NOW)
        names = [each.text.upper() for each in (taken, pending, replaced)]
        inserted = await bulk_users.insert_new([an_imported_user(name) for name in names])
        assert set(inserted) == {pending.key, replaced.key}
        with pytest.raises(EmailTaken):
            await addresses.verify(other.id, pending.key, now=NOW)

    async def test_concurrent_import_and_verification(
        self, addresses: EmailAddressRepository, bulk_users: BulkUserRepository, users: UserRepository
    ) -> None:
        """R17: one of the two gets the name, whichever is first."""
        for _ in range(size(8, 20)):
            account, address = await a_user(users), an_address()
            await addresses.add_pending(account.id, address, now=NOW)
            inserted, record = await asyncio.gather(
                bulk_users.insert_new([an_imported_user(address.text)]),
                addresses.verify(account.id, address.key, now=NOW),
                return_exceptions=True,
            )
            assert not isinstance(inserted, BaseException)
            assert isinstance(record, AddressRecord | EmailTaken)
            assert bool(inserted) == isinstance(record, EmailTaken)

    async def test_users_of_an_address(
        self, addresses: EmailAddressRepository, users: UserRepository, user: User
    ) -> None:
        """In either form of its domain; pending and replaced addresses have none."""
        replaced, in_force, pending = an_address(), an_address(f"{a_name()}@bücher.example.com"), an_address()
        await verified(addresses, user, replaced)
        await verified(addresses, user, in_force)
        await addresses.add_pending(user.id, pending, now=NOW)
        username = f"{a_name()}@bücher.example.com"
        named = await a_user(users, username)
        of_username = an_address(username.replace("bücher", "xn--bcher-kva").upper())
        found = await addresses.users_of([replaced, in_force, pending, of_username])
        assert {key: value for key, value in found.items() if value} == {
            in_force.key: {user.id},
            of_username.key: {named.id},
        }
        assert not any((await addresses.users_of([])).values())

    async def test_imported_addresses(self, addresses: EmailAddressRepository, users: UserRepository) -> None:
        known, unknown = an_address(), an_address()
        new, other = await a_user(users), await a_user(users)
        imported = {
            new.id: ImportedAddress(address=known, is_verified=True),
            other.id: ImportedAddress(address=unknown, is_verified=False),
        }
        for _ in range(2):
            await addresses.add_imported(imported, now=NOW)
        found = (await addresses.of_user(new.id)).verified
        assert found
        assert (found.address, found.added_at, found.verified_at) == (known, NOW, NOW)
        assert (await addresses.of_user(new.id)).pending is None
        pending = (await addresses.of_user(other.id)).pending
        assert pending
        assert (pending.address, pending.added_at, pending.verified_at) == (unknown, NOW, None)
        await addresses.add_imported({}, now=NOW)

    async def test_import_proves_a_pending_address(
        self, addresses: EmailAddressRepository, user: User, other: User
    ) -> None:
        address, own = an_address(), an_address()
        await addresses.add_pending(user.id, address, now=NOW)
        await addresses.add_pending(other.id, own, now=NOW)
        imported = {
            user.id: ImportedAddress(address=address, is_verified=True),
            other.id: ImportedAddress(address=an_address(), is_verified=True),
        }
        await addresses.add_imported(imported, now=LATER)
        found, left = await addresses.of_user(user.id), await addresses.of_user(other.id)
        assert found.verified
        assert (found.verified.address, found.pending) == (address, None)
        assert left.verified
        assert left.pending
        assert left.pending.address == own

    async def test_import_replaces_no_address(
        self, addresses: EmailAddressRepository, users: UserRepository
    ) -> None:
        """Not one in force, nor one that the user has removed."""
        in_force, removed, pending = [await a_user(users) for _ in range(3)]
        for each in (in_force, removed):
            await verified(addresses, each, an_address())
        await addresses.remove(removed.id, now=NOW)
        await addresses.add_pending(pending.id, an_address(), now=NOW)
        before = {each.id: await addresses.of_user(each.id) for each in (in_force, removed, pending)}
        for is_verified in (False, True):
            imported = {
                each.id: ImportedAddress(address=an_address(), is_verified=is_verified)
                for each in (in_force, removed, pending)
                if not (is_verified and each is pending)
            }
            await addresses.add_imported(imported, now=LATER)
        assert {each.id: await addresses.of_user(each.id) for each in (in_force, removed, pending)} == before

    async def test_concurrent_import_of_an_address_and_verification(
        self, addresses: EmailAddressRepository, unit_of_work: UnitOfWork, users: UserRepository
    ) -> None:
        """R17: one of the two accounts gets the address."""

        async def import_address(account: User, address: EmailAddress) -> bool:
            async with unit_of_work.begin() as transaction:
                if taken := (await transaction.email_addresses.users_of([address])).get(address.key):
                    return not taken
                imported = {account.id: ImportedAddress(address=address, is_verified=True)}
                await transaction.email_addresses.add_imported(imported, now=NOW)
                await transaction.commit()
            return True

        for _ in range(size(8, 20)):
            account, imported, address = await a_user(users), await a_user(users), an_address()
            await addresses.add_pending(account.id, address, now=NOW)
            stored, record = await asyncio.gather(
                import_address(imported, address),
                addresses.verify(account.id, address.key, now=NOW),
                return_exceptions=True,
            )
            assert not isinstance(stored, BaseException)
            assert isinstance(record, AddressRecord | EmailTaken)
            assert stored == isinstance(record, EmailTaken)

    async def test_one_of_concurrent_verifications_succeeds(
        self, addresses: EmailAddressRepository, users: UserRepository
    ) -> None:
        """Each account has an address that stays in force if it loses."""
        address = an_address()
        accounts = [await a_user(users) for _ in range(8)]
        for account in accounts:
            await verified(addresses, account, an_address())
            await addresses.add_pending(account.id, address, now=NOW)
        outcomes = await asyncio.gather(
            *(addresses.verify(account.id, address.key, now=LATER) for account in accounts),
            return_exceptions=True,
        )
        winners = [outcome for outcome in outcomes if isinstance(outcome, AddressRecord)]
        assert [type(outcome) for outcome in outcomes if outcome not in winners] == [EmailTaken] * 7
        assert len(winners) == 1
        owner = await addresses.find_owner(address.key)
        assert owner
        assert owner.id == winners[0].user_id
        for account in accounts:
            found = await addresses.of_user(account.id)
            assert found.verified
            assert bool(found.pending) == (account.id != owner.id)

    async def test_concurrent_verifications_of_one_account(
        self, addresses: EmailAddressRepository, user: User
    ) -> None:
        await verified(addresses, user, an_address())
        address = an_address()
        await addresses.add_pending(user.id, address, now=NOW)
        outcomes = await asyncio.gather(
            *(addresses.verify(user.id, address.key, now=LATER) for _ in range(8))
        )
        assert sorted(map(bool, outcomes)) == [False] * 7 + [True]
        assert (await addresses.of_user(user.id)).verified in outcomes

    async def test_remove(self, addresses: EmailAddressRepository, user: User) -> None:
        """A removed address is kept as a replaced one: the owner of the mailbox gets a notice."""
        before = await verified(addresses, user, an_address())
        pending = an_address()
        await addresses.add_pending(user.id, pending, now=NOW)
        removed = await addresses.remove(user.id, now=LATER)
        assert removed
        assert (removed.id, removed.address, removed.replaced_at) == (before.id, before.address, LATER)
        assert await addresses.of_user(user.id) == UserAddresses()
        assert await addresses.find_owner(before.address.key) is None
        assert not await addresses.is_pending_anywhere(pending.key)
        assert await addresses.replaced_since(user.id, LATER) == [removed]
        assert await addresses.remove(user.id, now=LATER) is None

    async def test_undo_puts_the_replaced_address_back(
        self, addresses: EmailAddressRepository, user: User
    ) -> None:
        before = await verified(addresses, user, an_address())
        new, pending = an_address(), an_address()
        await verified(addresses, user, new, now=LATER)
        await addresses.add_pending(user.id, pending, now=LATER)
        moment = LATER + UNDO_PERIOD - MICROSECOND
        assert await addresses.undo(user.id, old_key=before.address.key, now=moment)
        assert await addresses.of_user(user.id) == UserAddresses(verified=before)
        assert await addresses.find_owner(new.key) is None
        assert not await addresses.is_pending_anywhere(pending.key)
        assert await addresses.replaced_since(user.id, NOW) == []

    async def test_undo_ends_later_undos(self, addresses: EmailAddressRepository, user: User) -> None:
        """A thief who changes the address twice has the mail of the second change."""
        first, second = an_address(), an_address()
        for each in (first, second, an_address()):
            await verified(addresses, user, each, now=NOW)
        assert await addresses.undo(user.id, old_key=first.key, now=LATER)
        assert not await addresses.undo(user.id, old_key=second.key, now=LATER)
        found = await addresses.of_user(user.id)
        assert found.verified
        assert found.verified.address == first

    async def test_undo_leaves_earlier_undos(self, addresses: EmailAddressRepository, user: User) -> None:
        first, second = an_address(), an_address()
        for each in (first, second, an_address()):
            await verified(addresses, user, each, now=NOW)
        assert await addresses.undo(user.id, old_key=second.key, now=LATER)
        assert await addresses.undo(user.id, old_key=first.key, now=LATER)

    async def test_informed_addresses(self, addresses: EmailAddressRepository, user: User) -> None:
        assert await addresses.informed(user.id, since=NOW) == []
        old, new = an_address(), an_address()
        await verified(addresses, user, old)
        await verified(addresses, user, new, now=LATER)
        await addresses.add_pending(user.id, an_address(), now=LATER)
        informed = await addresses.informed(user.id, since=LATER)
        assert {each.address for each in informed} == {old, new}
        (alone,) = await addresses.informed(user.id, since=LATER + MICROSECOND)
        assert alone.address == new

    async def test_undo_of_an_address_that_was_replaced_twice(
        self, addresses: EmailAddressRepository, user: User
    ) -> None:
        """Of the rows with this address only the latest is put back."""
        address = an_address()
        for number, each in enumerate([address, an_address(), address, an_address()]):
            await verified(addresses, user, each, now=NOW + timedelta(minutes=number))
        assert await addresses.undo(user.id, old_key=address.key, now=NOW + timedelta(minutes=9))
        found = await addresses.of_user(user.id)
        assert found.verified
        assert found.verified.verified_at == NOW + timedelta(minutes=2)

    async def test_purge_of_replaced_addresses(
        self, addresses: EmailAddressRepository, expired_rows: ExpiredRows, user: User
    ) -> None:
        """In batches, the oldest first. Addresses in force and pending ones stay."""
        long_ago = NOW - timedelta(days=4_000)  # before any other test's addresses
        for number in range(4):
            await verified(addresses, user, an_address(), now=long_ago + timedelta(minutes=number))
        await addresses.add_pending(user.id, an_address(), now=long_ago)
        before = await addresses.of_user(user.id)
        last = long_ago + timedelta(minutes=3)
        assert await expired_rows.purge(Expired.REPLACED_ADDRESSES, before=last, limit=1) == 1
        assert await expired_rows.purge(Expired.REPLACED_ADDRESSES, before=last, limit=5) == 1
        assert [each.replaced_at for each in await addresses.replaced_since(user.id, long_ago)] == [last]
        assert await addresses.of_user(user.id) == before

    async def test_undo_is_too_late(self, addresses: EmailAddressRepository, user: User) -> None:
        old = an_address()
        await verified(addresses, user, old)
        current = await verified(addresses, user, an_address(), now=LATER)
        assert not await addresses.undo(user.id, old_key=old.key, now=LATER + UNDO_PERIOD)
        assert not await addresses.undo(user.id, old_key=current.address.key, now=LATER)
        assert await addresses.of_user(user.id) == UserAddresses(verified=current)

    async def test_undo_is_of_one_account(
        self, addresses: EmailAddressRepository, user: User, other: User
    ) -> None:
        old = an_address()
        await verified(addresses, user, old)
        await verified(addresses, user, an_address())
        assert not await addresses.undo(other.id, old_key=old.key, now=LATER)

    async def test_mark_undeliverable(
        self, addresses: EmailAddressRepository, user: User, other: User
    ) -> None:
        address = an_address()
        await verified(addresses, user, address)
        await addresses.add_pending(other.id, address, now=NOW)
        await addresses.mark_undeliverable(user.id, address.key, now=LATER)
        marked, not_marked = await addresses.of_user(user.id), await addresses.of_user(other.id)
        assert marked.verified
        assert marked.verified.undeliverable_at == LATER
        assert not_marked.pending
        assert not_marked.pending.undeliverable_at is None

    async def test_changes_are_part_of_the_transaction(
        self, addresses: EmailAddressRepository, unit_of_work: UnitOfWork, user: User
    ) -> None:
        with suppress(ZeroDivisionError):
            async with unit_of_work.begin() as transaction:
                await transaction.email_addresses.add_pending(user.id, an_address(), now=NOW)
                raise ZeroDivisionError
        assert await addresses.of_user(user.id) == UserAddresses()

    async def test_clashing_usernames(
        self, addresses: EmailAddressRepository, users: UserRepository, user: User, other: User
    ) -> None:
        """An account of the version before, which allows ``@`` in new usernames and may still serve."""
        before = await addresses.clashing_usernames(limit=100)
        own, taken, pending = an_address(), an_address(), an_address()
        await verified(addresses, await a_user(users, own.text), own)
        await verified(addresses, user, taken)
        await addresses.add_pending(other.id, pending, now=NOW)
        for name in (taken, pending):
            await a_user(users, name.text.title())
        long = an_address(f"{a_name()}{'a' * 40}@example.com")
        await verified(addresses, other, long)
        adopted = Username.parse_existing(long.text.title(), PROFILE)
        await users.add(replace(a_new_user(), username=adopted))
        found = await addresses.clashing_usernames(limit=100)
        assert found == [*before, taken.text.title(), adopted.display]
        assert len(await addresses.clashing_usernames(limit=1)) == 1

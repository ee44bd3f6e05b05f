"""Pending addresses and verified ones."""

import asyncio
from contextlib import suppress

import pytest
from tests.builders import a_name, an_address
from tests.contracts.email_addresses.fixtures import (
    LATER,
    MICROSECOND,
    NOW,
    EmailAddressFixtures,
    a_user,
    verified,
)

from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.accounts.user import User
from fastauth.domain.email_addresses.errors import EmailTaken
from fastauth.domain.email_addresses.ports import EmailAddressRepository
from fastauth.domain.email_addresses.record import UNDO_PERIOD, AddressRecord, UserAddresses
from fastauth.domain.unit_of_work import UnitOfWork


class VerifiedAddress(EmailAddressFixtures):
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
        """The former address stays verified until the new one is verified."""
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

    async def test_verified_address_is_taken(
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

    async def test_one_of_concurrent_verifications_succeeds(
        self, addresses: EmailAddressRepository, users: UserRepository
    ) -> None:
        """Each account has an address that stays verified if it loses."""
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

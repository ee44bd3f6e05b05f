"""Replaced addresses: undone, informed, purged."""

from datetime import timedelta

from tests.builders import an_address
from tests.contracts.email_addresses.fixtures import LATER, MICROSECOND, NOW, EmailAddressFixtures, verified

from fastauth.domain.accounts.user import User
from fastauth.domain.email_addresses.ports import EmailAddressRepository
from fastauth.domain.email_addresses.record import UNDO_PERIOD, UserAddresses
from fastauth.domain.operations.ports import ExpiredRows
from fastauth.domain.operations.purges import Expired


class ReplacedAddresses(EmailAddressFixtures):
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
        """An attacker who changes the address twice has the mail of the second change."""
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
        """In batches, the oldest first. Verified and pending addresses stay."""
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

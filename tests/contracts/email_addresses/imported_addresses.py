"""Addresses of imported accounts."""

import asyncio

from tests.builders import an_address
from tests.contracts.email_addresses.fixtures import LATER, NOW, EmailAddressFixtures, a_user, verified
from tests.harness.editions import size

from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.accounts.user import User
from fastauth.domain.email_addresses.address import EmailAddress
from fastauth.domain.email_addresses.errors import EmailTaken
from fastauth.domain.email_addresses.ports import EmailAddressRepository
from fastauth.domain.email_addresses.record import AddressRecord, ImportedAddress
from fastauth.domain.unit_of_work import UnitOfWork


class ImportedAddresses(EmailAddressFixtures):
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
        """Not a verified one, nor one that the user has removed."""
        proved, removed, pending = [await a_user(users) for _ in range(3)]
        for each in (proved, removed):
            await verified(addresses, each, an_address())
        await addresses.remove(removed.id, now=NOW)
        await addresses.add_pending(pending.id, an_address(), now=NOW)
        before = {each.id: await addresses.of_user(each.id) for each in (proved, removed, pending)}
        for is_verified in (False, True):
            imported = {
                each.id: ImportedAddress(address=an_address(), is_verified=is_verified)
                for each in (proved, removed, pending)
                if not (is_verified and each is pending)
            }
            await addresses.add_imported(imported, now=LATER)
        assert {each.id: await addresses.of_user(each.id) for each in (proved, removed, pending)} == before

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

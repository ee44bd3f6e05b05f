"""Addresses and usernames are one namespace."""

import asyncio
from dataclasses import replace

import pytest
from tests.builders import PROFILE, a_name, a_new_user, an_address, an_imported_user
from tests.contracts.email_addresses.fixtures import NOW, EmailAddressFixtures, a_user, verified
from tests.harness.editions import size

from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.accounts.user import User
from fastauth.domain.accounts.username import Username
from fastauth.domain.email_addresses.errors import EmailTaken
from fastauth.domain.email_addresses.ports import EmailAddressRepository
from fastauth.domain.email_addresses.record import AddressRecord
from fastauth.domain.passwords.ports import BulkUserRepository


class AddressAsUsername(EmailAddressFixtures):
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
        """Only a verified address takes the name."""
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
        replaced, current, pending = an_address(), an_address(f"{a_name()}@bücher.example.com"), an_address()
        await verified(addresses, user, replaced)
        await verified(addresses, user, current)
        await addresses.add_pending(user.id, pending, now=NOW)
        username = f"{a_name()}@bücher.example.com"
        named = await a_user(users, username)
        of_username = an_address(username.replace("bücher", "xn--bcher-kva").upper())
        found = await addresses.users_of([replaced, current, pending, of_username])
        assert {key: value for key, value in found.items() if value} == {
            current.key: {user.id},
            of_username.key: {named.id},
        }
        assert not any((await addresses.users_of([])).values())

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

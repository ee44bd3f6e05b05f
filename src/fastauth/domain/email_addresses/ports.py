"""Ports to stored e-mail addresses."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from fastauth.domain.accounts.user import User, UserId
from fastauth.domain.email_addresses.address import EmailAddress
from fastauth.domain.email_addresses.record import AddressRecord, ImportedAddress, UserAddresses


class EmailAddressRepository(Protocol):
    """E-mail addresses of accounts."""

    async def find_owner(self, key: str) -> User | None:
        """Return the account whose verified address this is.

        The work is the same whether or not there is one.
        """

    async def of_user(self, user_id: UserId) -> UserAddresses:
        """Return the current addresses of an account."""

    async def is_pending_anywhere(self, key: str) -> bool:
        """Return whether this address is pending on any account."""

    async def add_pending(self, user_id: UserId, address: EmailAddress, *, now: datetime) -> None:
        """Store the pending address of an account, in place of an earlier one."""

    async def verify(self, user_id: UserId, key: str, *, now: datetime) -> AddressRecord | None:
        """Verify the pending address of an account, and replace the former one.

        Return the verified address, or ``None`` if it is not pending any more.

        Raises:
            EmailTaken: The address is verified on another account, or is the username of another account.
                Of concurrent calls for one address, exactly one succeeds. Nothing has changed, and the
                transaction can go on.
        """

    async def remove(self, user_id: UserId, *, now: datetime) -> AddressRecord | None:
        """Replace the verified address by none, and delete the pending one.

        Return the address that was verified; ``None`` if there was none.
        """

    async def undo(self, user_id: UserId, *, old_key: str, now: datetime) -> bool:
        """Put back an address that was replaced less than `UNDO_PERIOD` ago.

        The addresses that were verified after it are deleted, and so is the pending one: a user who undoes
        a change does not trust them, and none of them can be put back.
        Return whether the address was put back.

        Raises:
            EmailTaken: As `verify`.
        """

    async def replaced_since(self, user_id: UserId, since: datetime) -> list[AddressRecord]:
        """Return the addresses of an account that were replaced at `since` or later, the latest first."""

    async def informed(self, user_id: UserId, *, since: datetime) -> list[AddressRecord]:
        """Return the verified address, and those that were replaced at `since` or later."""

    async def clashing_usernames(self, *, limit: int) -> list[str]:
        """Return usernames that are the verified address of another account, at most `limit`, in order."""

    async def users_of(self, addresses: Collection[EmailAddress]) -> Mapping[str, set[UserId]]:
        """Return, for the key of each address, the accounts that have verified it or have it as username.

        In a transaction no other one verifies an address until its end.
        """

    async def add_imported(self, imported: Mapping[UserId, ImportedAddress], *, now: datetime) -> None:
        """Store addresses of accounts for which `users_of`, in this transaction, returns no other account.

        An address that is verified stays so, unless the account has or had another verified one. Any other
        address is pending, unless the account has or had an address. No two verified ones have the same key.
        """

    async def mark_undeliverable(self, user_id: UserId, key: str, *, now: datetime) -> None:
        """Store that mail for this address of an account was refused for good."""

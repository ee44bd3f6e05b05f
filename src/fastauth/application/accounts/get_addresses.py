"""Get the e-mail addresses of the caller."""

from dataclasses import dataclass

from fastauth.domain.email_addresses.ports import EmailAddressRepository
from fastauth.domain.email_addresses.record import UserAddresses
from fastauth.domain.sessions.session import AuthenticatedUser


@dataclass(frozen=True, slots=True, kw_only=True)
class GetAddresses:
    """Return the caller's address in force and the pending one."""

    email_addresses: EmailAddressRepository

    async def __call__(self, *, caller: AuthenticatedUser) -> UserAddresses:
        """Return the addresses.

        Raises:
            StorageUnavailable: Try again later.
        """
        return await self.email_addresses.of_user(caller.user.id)

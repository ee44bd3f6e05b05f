"""What the caller of a request is told about the own account, beyond the user."""

from dataclasses import dataclass
from typing import Protocol

from fastauth.domain.accounts.user import UserId
from fastauth.domain.email_addresses.record import UserAddresses
from fastauth.domain.roles.role import Grants


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAccount:
    """Addresses, and what an account has to log in with and to do."""

    addresses: UserAddresses
    has_password: bool
    grants: Grants


class OwnAccountReader(Protocol):
    """Reads all of it at once, since front ends ask for it often."""

    async def read(self, user_id: UserId) -> OwnAccount:
        """Return it; without anything if there is no such user."""

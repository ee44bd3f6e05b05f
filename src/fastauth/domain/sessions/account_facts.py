"""What a request for one's own account reads beyond the user."""

from dataclasses import dataclass
from typing import Protocol

from fastauth.domain.accounts.user import UserId
from fastauth.domain.email_addresses.record import UserAddresses
from fastauth.domain.roles.role import Grants


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFacts:
    """Addresses, whether there is a password, and the roles with their permissions."""

    addresses: UserAddresses
    has_password: bool
    grants: Grants


class AccountFactsReader(Protocol):
    """Reads all of it by one statement, since front ends request it often."""

    async def read(self, user_id: UserId) -> AccountFacts:
        """Return the facts; empty ones for an unknown user."""

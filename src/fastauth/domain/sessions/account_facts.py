"""What a request for one's own account reads."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from fastauth.domain.accounts.user import User
from fastauth.domain.email_addresses.record import UserAddresses
from fastauth.domain.roles.role import Grants
from fastauth.domain.sessions.session import SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFacts:
    """The user with addresses, whether there is a password, and the roles with their permissions."""

    user: User
    addresses: UserAddresses
    has_password: bool
    grants: Grants


class AccountFactsReader(Protocol):
    """Checks the session and reads the account by one statement, since front ends request it often."""

    async def of_session(self, session_id: SessionId, *, now: datetime) -> AccountFacts | None:
        """Return the facts of the account of a session, if `SessionRepository.find` finds it."""

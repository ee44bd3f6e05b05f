"""Get a user."""

from dataclasses import dataclass

from fastauth.application.accounts.find_user import FindUser
from fastauth.domain.accounts.user import User
from fastauth.domain.clock import Clock
from fastauth.domain.email_addresses.ports import EmailAddressRepository
from fastauth.domain.email_addresses.record import UserAddresses
from fastauth.domain.sessions.ports import SessionRepository
from fastauth.domain.sessions.session import PAGE_SIZE, Session


@dataclass(frozen=True, slots=True, kw_only=True)
class GetUser:
    """Return an account, its addresses and its active sessions, the newest first, at most a hundred."""

    find_user: FindUser
    email_addresses: EmailAddressRepository
    sessions: SessionRepository
    clock: Clock

    async def __call__(self, *, username: str) -> tuple[User, UserAddresses, list[Session]]:
        """Return the account, its addresses and its active sessions.

        Raises:
            UserNotFound: No account has this username.
            StorageUnavailable: Try again later.
        """
        user = await self.find_user(username=username)
        addresses = await self.email_addresses.of_user(user.id)
        return (
            user,
            addresses,
            await self.sessions.list_active(user.id, now=self.clock.now(), limit=PAGE_SIZE),
        )

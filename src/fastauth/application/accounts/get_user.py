"""Get a user."""

from dataclasses import dataclass

from fastauth.application.accounts.find_user import FindUser
from fastauth.domain.accounts.user import User
from fastauth.domain.clock import Clock
from fastauth.domain.email_addresses.ports import EmailAddressRepository
from fastauth.domain.email_addresses.record import UserAddresses
from fastauth.domain.passkeys.ports import PasskeyRepository
from fastauth.domain.passwords.ports import PasswordRepository
from fastauth.domain.sessions.ports import SessionRepository
from fastauth.domain.sessions.session import PAGE_SIZE, Session


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDetails:
    """An account as an operator sees it."""

    user: User
    addresses: UserAddresses
    has_password: bool
    passkeys: int
    sessions: list[Session]
    """Active ones, the newest first, at most a hundred."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountReader:
    """Read what belongs to an account: what it has to log in with, its addresses and its sessions."""

    email_addresses: EmailAddressRepository
    passwords: PasswordRepository
    passkeys: PasskeyRepository
    sessions: SessionRepository
    clock: Clock

    async def read(self, user: User) -> AccountDetails:
        """Return the account with what belongs to it."""
        return AccountDetails(
            user=user,
            addresses=await self.email_addresses.of_user(user.id),
            has_password=(await self.passwords.get(user.id)).is_usable,
            passkeys=len(await self.passkeys.of_user(user.id)),
            sessions=await self.sessions.list_active(user.id, now=self.clock.now(), limit=PAGE_SIZE),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GetUser:
    """Return an account, with what it has to log in with, its addresses and its sessions."""

    find_user: FindUser
    accounts: AccountReader

    async def __call__(self, *, username: str) -> AccountDetails:
        """Return the account.

        Raises:
            UserNotFound: No account has this username.
            StorageUnavailable: Try again later.
        """
        return await self.accounts.read(await self.find_user(username=username))

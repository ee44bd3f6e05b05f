"""Change the full name of the caller."""

from dataclasses import dataclass, replace

from fastauth.domain.accounts.full_name import FullName
from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.accounts.user import User
from fastauth.domain.clock import Clock
from fastauth.domain.rate_limits.burst_limit import BurstLimit
from fastauth.domain.sessions.session import AuthenticatedUser


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeFullName:
    """Replace the caller's full name, by the rules of registration.

    A request with the current name changes nothing and is not counted.
    """

    users: UserRepository
    limit: BurstLimit | None
    """How often one account may be renamed; ``None`` disables the limit."""
    clock: Clock

    async def __call__(self, *, caller: AuthenticatedUser, fullname: str) -> User:
        """Replace the name and return the changed account.

        Raises:
            InvalidInput: The name is not allowed.
            TooManyRequests: The account has been renamed too often.
            StorageUnavailable: Try again later.
        """
        name = FullName.parse(fullname)
        if name != caller.user.fullname:
            await self.users.set_full_name(caller.user.id, name, now=self.clock.now(), limit=self.limit)
        return replace(caller.user, fullname=name)

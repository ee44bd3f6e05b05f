"""Change one's full name."""

from dataclasses import dataclass, replace

from fastauth.domain.full_name import FullName
from fastauth.domain.ports import UserRepository
from fastauth.domain.session import Caller
from fastauth.domain.user import User


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeFullName:
    """Replace the caller's full name. The rules are those of registration."""

    users: UserRepository

    async def __call__(self, *, caller: Caller, fullname: str) -> User:
        """Replace the name and return the account as it is then.

        Raises:
            InvalidInput: The name breaks a rule.
            StorageUnavailable: Try again later.
        """
        name = FullName.parse(fullname)
        await self.users.rename(caller.user.id, name)
        return replace(caller.user, fullname=name)

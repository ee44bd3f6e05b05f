"""Return whether the caller has a password."""

from dataclasses import dataclass

from fastauth.domain.passwords.ports import PasswordRepository
from fastauth.domain.sessions.session import AuthenticatedUser


@dataclass(frozen=True, slots=True, kw_only=True)
class HasPassword:
    """Return whether the caller can log in with a password. Accounts may have passkeys only."""

    passwords: PasswordRepository

    async def __call__(self, *, caller: AuthenticatedUser) -> bool:
        """Look at the stored hash.

        Raises:
            StorageUnavailable: Try again later.
        """
        return (await self.passwords.get(caller.user.id)).is_usable

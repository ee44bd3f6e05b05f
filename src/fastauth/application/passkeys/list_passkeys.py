"""List the caller's passkeys."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastauth.domain.passkeys.passkey import Passkey, UserHandle
from fastauth.domain.passkeys.ports import PasskeyRepository
from fastauth.domain.sessions.session import AuthenticatedUser


@dataclass(frozen=True, slots=True)
class OwnPasskeys:
    """The passkeys of an account, and its handle, so that a page can report to the browser which exist."""

    passkeys: Sequence[Passkey]
    handle: UserHandle | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPasskeys:
    """Return the passkeys of the caller, of which there are at most `MAX_PASSKEYS`."""

    passkeys: PasskeyRepository

    async def __call__(self, *, caller: AuthenticatedUser) -> OwnPasskeys:
        """Return the passkeys, the oldest first, and the handle of the account.

        Raises:
            StorageUnavailable: Try again later.
        """
        user_id = caller.user.id
        return OwnPasskeys(await self.passkeys.of_user(user_id), await self.passkeys.handle_of(user_id))

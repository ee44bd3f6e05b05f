"""Check that a username may be given to a new account."""

from dataclasses import dataclass

from fastauth.domain.accounts.errors import UsernameTaken
from fastauth.domain.accounts.username import Username
from fastauth.domain.clock import Clock
from fastauth.domain.personal_data.erasure import NameDigests
from fastauth.domain.personal_data.ports import TakenNames


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckName:
    """Check that no account has the username, and that it does not rest after an erasure."""

    taken_names: TakenNames
    digests: NameDigests
    clock: Clock

    async def __call__(self, name: Username, *, by_operator: bool = False) -> None:
        """Return if the name is free. An operator may give a name that rests.

        Raises:
            UsernameTaken: An account has it, or the account that had it was erased not long ago.
            StorageUnavailable: Try again later.
        """
        digests = () if by_operator else self.digests.candidates(name)
        if await self.taken_names.is_taken(name, digests, now=self.clock.now()):
            raise UsernameTaken

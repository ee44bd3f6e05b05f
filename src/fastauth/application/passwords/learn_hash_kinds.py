"""Learn which kinds of password hashes are stored."""

from dataclasses import dataclass

from fastauth.domain.passwords.ports import HashKinds, PasswordHasher


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnHashKinds:
    """Have a refused log-in cost the same whichever kind of hash an account has, or if there is none."""

    hash_kinds: HashKinds
    hasher: PasswordHasher

    async def __call__(self) -> None:
        """Look at what is stored.

        Raises:
            StorageUnavailable: Try again later; what was known before counts until then.
        """
        self.hasher.set_stored_kinds(await self.hash_kinds.examples())

"""Adapt the time of failed log-ins to the stored hashes."""

from dataclasses import dataclass

from fastauth.domain.passwords.ports import HashKinds, PasswordHasher


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnHashKinds:
    """Make a failed log-in take the same time for every kind of stored hash, and for no account."""

    hash_kinds: HashKinds
    hasher: PasswordHasher

    async def __call__(self) -> None:
        """Read which kinds of hashes are stored, and pass them to the hasher.

        Raises:
            StorageUnavailable: Try again later; the kinds found before remain in use.
        """
        self.hasher.set_stored_kinds(await self.hash_kinds.examples())

"""Ports to password hashing and to stored passwords."""

from collections.abc import Collection, Iterable
from typing import Protocol

from fastauth.domain.accounts.user import NewUser, User, UserId
from fastauth.domain.accounts.username import Username
from fastauth.domain.passwords.credential import ExistingUser, ImportedUser, PasswordCredential
from fastauth.domain.passwords.password import Password, PasswordHash


class PasswordHasher(Protocol):
    """Hashes and verifies passwords."""

    def check_capacity(self) -> None:
        """Return if a password submitted now would be hashed in time.

        A caller checks before it spends other work on a request. This is no reservation: `hash` and
        `verify_and_update` may still raise.

        Raises:
            HashingOverloaded: Too many passwords wait already.
        """

    async def hash(self, password: Password) -> PasswordHash:
        """Return a hash of `password` with a fresh salt.

        Raises:
            HashingOverloaded: Too many passwords wait already.
        """

    async def verify_and_update(self, password: Password, stored: PasswordHash | None) -> PasswordHash:
        """Return the hash to store if `password` matches `stored`: `stored`, or an upgraded hash.

        ``None`` stands for a dummy hash: no password matches it, and it takes as long as any other.

        Raises:
            InvalidCredentials: The password does not match.
            HashingOverloaded: Too many passwords wait already.
        """

    def set_stored_kinds(self, examples: Iterable[PasswordHash]) -> None:
        """Make every failed `verify_and_update` take as long as the slowest of `examples` of each kind."""

    def parse_existing(self, encoded: str) -> PasswordHash:
        """Return a hash made by another system, in a format that `verify_and_update` supports.

        No hash is computed.

        Raises:
            InvalidInput: The hash is malformed, of an unsupported format, or too costly to verify.
        """


class HashKinds(Protocol):
    """The kinds of password hashes that are stored."""

    async def examples(self) -> dict[PasswordHash, int]:
        """Return one hash of each kind, and the number of stored hashes of that kind.

        A kind is an algorithm with its cost. Text that is no hash counts as a kind too.
        """


class PasswordRepository(Protocol):
    """Stored password hashes: one for each account, which no password matches if it has no password."""

    async def find(self, username: Username) -> PasswordCredential | None:
        """Return the account with the same canonical username and its hash, read by one statement.

        The work is the same whether or not there is one. `User.has_verified_address` is read with it.
        """

    async def get(self, user_id: UserId) -> PasswordHash:
        """Return the hash of an account; for an unknown account, one that no password matches."""

    async def add_user(self, new: NewUser, password_hash: PasswordHash) -> User:
        """Store a new account with its password by one statement. Otherwise as `UserRepository.add`."""

    async def set(self, user_id: UserId, new: PasswordHash) -> None:
        """Replace the hash, whatever it is."""

    async def compare_and_set(self, user_id: UserId, *, expected: PasswordHash, new: PasswordHash) -> bool:
        """Replace the hash if it still is `expected`; return whether it was replaced."""


class BulkUserRepository(Protocol):
    """Bulk access for imports."""

    async def find_existing(self, keys: Collection[str]) -> dict[str, ExistingUser]:
        """Return the existing accounts with these canonical usernames, by canonical username."""

    async def insert_new(self, new_users: Collection[ImportedUser]) -> dict[str, UserId]:
        """Store the users whose username is free, in one transaction; return ids by canonical username.

        A username is not free either if it is the verified e-mail address of an account, also under a race.

        No two of `new_users` share a canonical username. Of concurrent calls with the same username,
        exactly one returns it.
        """

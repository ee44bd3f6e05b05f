"""What the core asks of the outside, in the words of the core.

Whoever implements a port keeps the promises of its contract in ``tests/contracts``.
"""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from fastauth.domain.full_name import FullName
    from fastauth.domain.password import Password, PasswordHash
    from fastauth.domain.user import User
    from fastauth.domain.username import Username


class UserRepository(Protocol):
    """Everybody who has registered."""

    async def find(self, username: "Username") -> "User | None":
        """Return the account whose name has the key of `username`.

        Raises:
            StorageUnavailable: The answer is not known.
        """

    async def add(
        self, *, username: "Username", fullname: "FullName", password_hash: "PasswordHash"
    ) -> "User":
        """Store a new account and return it with its id. When this returns, it is stored for good.

        Raises:
            UsernameTaken: Another account has the key of `username`. Of any number of calls at
                once with one key, a single one succeeds.
            StorageUnavailable: The account may or may not have been stored.
        """


class PasswordHasher(Protocol):
    """Turns passwords into something that does not give them away."""

    async def hash(self, password: "Password") -> "PasswordHash":
        """Return a hash of `password` under a fresh salt.

        Raises:
            HashingOverloaded: Too many others wait.
        """


class UsernameProfile(Protocol):
    """Decides which names are allowed, and which of them are the same name."""

    def key(self, spelling: str) -> str:
        """Return what all spellings of one name have in common.

        The key of a key is that key.

        Raises:
            InvalidInput: The name must not be used.
        """

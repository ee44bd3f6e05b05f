"""Ports to password hashing."""

from collections.abc import Iterable
from typing import Protocol

from fastauth.domain.passwords.password import Password, PasswordHash


class PasswordHasher(Protocol):
    """Turns passwords into something that does not give them away."""

    def check_capacity(self) -> None:
        """Do nothing if a password handed in now would be taken.

        Whoever asks first spends nothing else on a request that is refused in the end. It is no
        reservation: `hash` and `verify_and_update` may refuse all the same.

        Raises:
            HashingOverloaded: Too many others wait.
        """

    async def hash(self, password: Password) -> PasswordHash:
        """Return a hash of `password` under a fresh salt.

        Raises:
            HashingOverloaded: Too many others wait.
        """

    async def verify_and_update(self, password: Password, stored: PasswordHash | None) -> PasswordHash:
        """Return the hash to keep of a password that fits: `stored`, or a better one.

        ``None`` is the hash of nobody. It fits nothing, and costs as much as any.

        Raises:
            InvalidCredentials: The password does not fit.
            HashingOverloaded: Too many others wait.
        """

    def set_stored_kinds(self, examples: Iterable[PasswordHash]) -> None:
        """Make each failed `verify_and_update` cost what the most expensive of `examples` costs."""

    def parse_existing(self, encoded: str) -> PasswordHash:
        """Read a hash that somebody else made, of a format that `verify_and_update` understands.

        Nothing is computed.

        Raises:
            InvalidInput: No password could ever fit: it is damaged, of an unknown format, or
                dearer than a log-in may be.
        """


class HashKinds(Protocol):
    """Which kinds of password hashes are stored."""

    async def examples(self) -> dict[PasswordHash, int]:
        """Return one hash of each kind, and how many there are of it.

        A kind has one algorithm and one cost. What is no hash is a kind, too.
        """

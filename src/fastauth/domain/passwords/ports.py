"""Ports to password hashing."""

from collections.abc import Iterable
from typing import Protocol

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

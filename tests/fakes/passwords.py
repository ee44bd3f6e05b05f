"""Passwords hashed quickly."""

from collections.abc import Iterable
from hashlib import sha256
from secrets import token_hex

from tests.fakes.storage import FakeStorage

from fastauth.domain.errors import InvalidInput, Violation
from fastauth.domain.passwords.errors import HashingOverloaded, InvalidCredentials
from fastauth.domain.passwords.password import Password, PasswordHash


class FakePasswordHasher:
    """Counts what it hashes and what it verifies, and how often that was the hash of nobody.

    Hashes that begin with ``old`` are outdated.
    """

    def __init__(self, *, overloaded: bool = False) -> None:
        self.hashed = 0
        self.verified = 0
        self.of_nobody = 0
        self.overloaded = overloaded

    def admit(self) -> None:
        if self.overloaded:
            raise HashingOverloaded

    async def hash(self, password: Password) -> PasswordHash:
        self.hashed += 1
        return self._hash(password, salt=token_hex(8))

    async def verify(self, password: Password, known: PasswordHash | None) -> PasswordHash:
        self.verified += 1
        self.of_nobody += known is None
        kind, salt = known.encoded.split("$")[:2] if known and known.encoded.count("$") == 2 else ("", "")
        if known is None or self._hash(password, salt=salt, kind=kind) != known:
            raise InvalidCredentials
        return known if kind == "fake" else self._hash(password, salt=token_hex(8))

    def expect(self, stored: Iterable[PasswordHash]) -> None:
        """Every refusal costs the same here."""

    def parse_existing(self, encoded: str) -> PasswordHash:
        if not encoded.startswith(("fake$", "old$")) or encoded.count("$") != 2:
            raise InvalidInput(Violation("password", "unknown_hash", "Must be a hash."))
        return PasswordHash(encoded)

    @staticmethod
    def _hash(password: Password, *, salt: str, kind: str = "fake") -> PasswordHash:
        return PasswordHash(f"{kind}${salt}${sha256((salt + password.text).encode()).hexdigest()}")


class FakeHashCensus:
    """Takes each hash for a kind of its own."""

    def __init__(self, storage: FakeStorage) -> None:
        self._storage = storage

    async def examples(self) -> dict[PasswordHash, int]:
        return {user.password_hash: 1 for user in self._storage.users.values()}

"""Password hashing without its cost."""

from collections.abc import Iterable
from hashlib import sha256
from secrets import token_hex

from tests.fakes.storage import FakeStorage

from fastauth.domain.errors import InvalidInput, Violation
from fastauth.domain.passwords.errors import HashingOverloaded, InvalidCredentials
from fastauth.domain.passwords.password import Password, PasswordHash


class FakePasswordHasher:
    """Counts hashes and verifications, and how many of these used the dummy hash.

    Hashes that begin with ``old`` are outdated.
    """

    def __init__(self, *, overloaded: bool = False) -> None:
        self.hashed = 0
        self.verified = 0
        self.dummies = 0
        self.overloaded = overloaded

    def check_capacity(self) -> None:
        if self.overloaded:
            raise HashingOverloaded

    async def hash(self, password: Password) -> PasswordHash:
        self.hashed += 1
        return self._hash(password, salt=token_hex(8))

    async def verify_and_update(self, password: Password, stored: PasswordHash | None) -> PasswordHash:
        self.verified += 1
        self.dummies += stored is None
        kind, salt = stored.encoded.split("$")[:2] if stored and stored.encoded.count("$") == 2 else ("", "")
        if stored is None or self._hash(password, salt=salt, kind=kind) != stored:
            raise InvalidCredentials
        return stored if kind == "fake" else self._hash(password, salt=token_hex(8))

    def set_stored_kinds(self, examples: Iterable[PasswordHash]) -> None:
        """Every failure costs the same here."""

    def parse_existing(self, encoded: str) -> PasswordHash:
        if not encoded.startswith(("fake$", "old$")) or encoded.count("$") != 2:
            raise InvalidInput(Violation("password", "unknown_hash", "Must be a hash."))
        return PasswordHash(encoded)

    @staticmethod
    def _hash(password: Password, *, salt: str, kind: str = "fake") -> PasswordHash:
        return PasswordHash(f"{kind}${salt}${sha256((salt + password.text).encode()).hexdigest()}")


class FakeHashKinds:
    """Treats each hash as a kind of its own."""

    def __init__(self, storage: FakeStorage) -> None:
        self._storage = storage

    async def examples(self) -> dict[PasswordHash, int]:
        return {user.password_hash: 1 for user in self._storage.users.values()}

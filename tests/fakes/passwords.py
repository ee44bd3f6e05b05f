"""Password hashing without its cost, and passwords in memory."""

from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from secrets import token_hex

from tests.fakes.accounts import FakeUserRepository
from tests.fakes.storage import FakeStorage

from fastauth.domain.accounts.errors import UsernameTaken
from fastauth.domain.accounts.user import NewUser, User, UserId
from fastauth.domain.accounts.username import Username
from fastauth.domain.errors import InvalidInput, Violation
from fastauth.domain.passwords.credential import ExistingUser, ImportedUser, PasswordCredential
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
        return dict.fromkeys(self._storage.passwords.values(), 1)


class FakePasswordRepository:
    def __init__(self, storage: FakeStorage | None = None) -> None:
        self.storage = storage or FakeStorage()
        self.users = FakeUserRepository(self.storage)

    async def find(self, username: Username) -> PasswordCredential | None:
        user = await self.users.find(username)
        return PasswordCredential(user, self.storage.passwords[user.id]) if user else None

    async def get(self, user_id: UserId) -> PasswordHash:
        return self.storage.passwords.get(user_id) or PasswordHash.unusable()

    async def add_user(self, new: NewUser, password_hash: PasswordHash) -> User:
        user = await self.users.add(new)
        self.storage.passwords[user.id] = password_hash
        return user

    async def set(self, user_id: UserId, new: PasswordHash) -> None:
        self.storage.passwords[user_id] = new

    async def compare_and_set(self, user_id: UserId, *, expected: PasswordHash, new: PasswordHash) -> bool:
        if self.storage.passwords.get(user_id) != expected:
            return False
        self.storage.passwords[user_id] = new
        return True


class FakeBulkUserRepository:
    def __init__(self, storage: FakeStorage) -> None:
        self.passwords = FakePasswordRepository(storage)

    async def find_existing(self, keys: Collection[str]) -> dict[str, ExistingUser]:
        storage = self.passwords.storage
        users = [user for user in storage.users.values() if user.username.canonical in keys]
        return {
            user.username.canonical: ExistingUser(id=user.id, password_hash=storage.passwords[user.id])
            for user in users
        }

    async def insert_new(self, new_users: Collection[ImportedUser]) -> dict[str, UserId]:
        admitted, storage = {}, self.passwords.storage
        verified = {
            each.address.key
            for each in storage.addresses.values()
            if each.verified_at and not each.replaced_at
        }
        for new in new_users:
            if new.user.username.canonical in verified:
                continue
            with suppress(UsernameTaken):
                user = await self.passwords.add_user(new.user, new.password_hash)
                storage.users[user.id] = replace(user, disabled_at=new.user.disabled_at)
                admitted[new.user.username.canonical] = user.id
        return admitted

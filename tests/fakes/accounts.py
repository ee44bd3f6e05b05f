"""Accounts in memory."""

from collections.abc import Collection
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from datetime import datetime

from tests.fakes.storage import FakeStorage

from fastauth.domain.accounts.errors import UsernameTaken
from fastauth.domain.accounts.full_name import FullName
from fastauth.domain.accounts.user import ExistingUser, NewUser, User, UserId
from fastauth.domain.accounts.username import Username
from fastauth.domain.audit.event import EventType
from fastauth.domain.passwords.password import PasswordHash
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.domain.rate_limits.pace import Pace


class FakeSeenUsernames(AbstractContextManager["FakeSeenUsernames"]):
    def __init__(self) -> None:
        self.places: dict[str, int] = {}

    def __exit__(self, *_: object) -> None:
        self.places.clear()

    def first_position(self, key: str, place: int) -> int:
        return self.places.setdefault(key, place)


class FakeUserRepository:
    """Counts how often somebody is looked up."""

    def __init__(self, storage: FakeStorage | None = None) -> None:
        self.storage = storage or FakeStorage()
        self.looked = 0

    async def find(self, username: Username) -> User | None:
        self.looked += 1
        return next((user for user in self.storage.users.values() if user.username.key == username.key), None)

    async def add(self, *, username: Username, fullname: FullName, password_hash: PasswordHash) -> User:
        if await self.find(username):
            raise UsernameTaken
        user = User(
            id=UserId(max(self.storage.users, default=0) + 1),
            username=username,
            fullname=fullname,
            password_hash=password_hash,
        )
        self.storage.users[user.id] = user
        self.storage.note(EventType.USER_CREATED, user.id)
        return user

    async def rename(self, user_id: UserId, fullname: FullName, *, now: datetime, pace: Pace | None) -> None:
        if self.storage.users[user_id].fullname == fullname:
            return
        if pace:
            until = self.storage.renames_paid_until.get(user_id)
            paid = pace.paid(until, now)
            if paid is None:
                raise TooManyRequests(after=pace.wait(until, now))
            self.storage.renames_paid_until[user_id] = paid
        self.storage.users[user_id] = replace(self.storage.users[user_id], fullname=fullname)
        self.storage.note(EventType.FULL_NAME_CHANGED, user_id)

    async def replace_password(self, user_id: UserId, *, known: PasswordHash, new: PasswordHash) -> int:
        if self.storage.users[user_id].password_hash != known:
            return 0
        self.storage.users[user_id] = replace(self.storage.users[user_id], password_hash=new)
        return 1

    async def set_disabled(self, user_id: UserId, since: datetime | None) -> None:
        self.storage.users[user_id] = replace(self.storage.users[user_id], disabled_at=since)


class FakeUserDirectory:
    def __init__(self, storage: FakeStorage) -> None:
        self.storage = storage

    async def page(self, *, after: UserId | None, at_most: int, disabled: bool | None = None) -> list[User]:
        found = [
            user
            for user in self.storage.users.values()
            if (after is None or user.id > after) and disabled in {None, user.disabled_at is not None}
        ]
        return sorted(found, key=lambda user: user.id)[:at_most]


class FakeBulkUserRepository:
    def __init__(self, storage: FakeStorage) -> None:
        self.users = FakeUserRepository(storage)

    async def holders(self, keys: Collection[str]) -> dict[str, ExistingUser]:
        users = [user for user in self.users.storage.users.values() if user.username.key in keys]
        return {
            user.username.key: ExistingUser(id=user.id, password_hash=user.password_hash) for user in users
        }

    async def admit(self, newcomers: Collection[NewUser]) -> dict[str, UserId]:
        admitted = {}
        for newcomer in newcomers:
            with suppress(UsernameTaken):
                user = await self.users.add(
                    username=newcomer.username,
                    fullname=newcomer.fullname,
                    password_hash=newcomer.password_hash,
                )
                await self.users.set_disabled(user.id, newcomer.disabled_at)
                admitted[newcomer.username.key] = user.id
        return admitted

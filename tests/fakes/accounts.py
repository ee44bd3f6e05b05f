"""Accounts in memory."""

from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime

from tests.fakes.storage import FakeStorage

from fastauth.domain.accounts.errors import UsernameTaken
from fastauth.domain.accounts.full_name import FullName
from fastauth.domain.accounts.user import NewUser, User, UserId
from fastauth.domain.accounts.username import Username
from fastauth.domain.audit.event import EventType
from fastauth.domain.passwords.password import PasswordHash
from fastauth.domain.rate_limits.burst_limit import BurstLimit
from fastauth.domain.rate_limits.errors import TooManyRequests


class FakeSeenUsernames(AbstractContextManager["FakeSeenUsernames"]):
    def __init__(self) -> None:
        self.places: dict[str, int] = {}

    def __exit__(self, *_: object) -> None:
        self.places.clear()

    def first_position(self, canonical: str, position: int) -> int:
        return self.places.setdefault(canonical, position)


class FakeUserRepository:
    """Counts look-ups."""

    def __init__(self, storage: FakeStorage | None = None) -> None:
        self.storage = storage or FakeStorage()
        self.looked = 0

    async def find(self, username: Username) -> User | None:
        self.looked += 1
        if "\0" in username.canonical:
            raise ValueError("a text of PostgreSQL has no NUL")
        for user in self.storage.users.values():
            if user.username.canonical == username.canonical:
                records = self.storage.addresses.values()
                verified = (each for each in records if each.verified_at and not each.replaced_at)
                return replace(user, has_verified_address=user.id in {each.user_id for each in verified})
        return None

    async def get(self, user_id: UserId) -> User | None:
        return self.storage.users.get(user_id)

    async def add(self, new: NewUser) -> User:
        if await self.find(new.username):
            raise UsernameTaken
        user = User(
            id=UserId(max(self.storage.users, default=0) + 1),
            username=new.username,
            fullname=new.fullname,
            locale=new.locale,
        )
        self.storage.users[user.id] = user
        self.storage.passwords[user.id] = PasswordHash.unusable()
        self.storage.note(EventType.USER_CREATED, user.id)
        return user

    async def set_full_name(
        self, user_id: UserId, fullname: FullName, *, now: datetime, limit: BurstLimit | None
    ) -> None:
        if self.storage.users[user_id].fullname == fullname:
            return
        if limit:
            until = self.storage.renames_paid_until.get(user_id)
            paid = limit.next_arrival_time(until, now)
            if paid is None:
                raise TooManyRequests(after=limit.retry_after(until, now))
            self.storage.renames_paid_until[user_id] = paid
        self.storage.users[user_id] = replace(self.storage.users[user_id], fullname=fullname)
        self.storage.note(EventType.FULL_NAME_CHANGED, user_id)

    async def set_username(self, user_id: UserId, username: Username) -> None:
        holder = await self.find(username)
        if holder and holder.id != user_id:
            raise UsernameTaken
        self.storage.users[user_id] = replace(self.storage.users[user_id], username=username)

    async def set_disabled(self, user_id: UserId, since: datetime | None) -> None:
        assert self.storage.has_lock_of_roles
        self.storage.users[user_id] = replace(self.storage.users[user_id], disabled_at=since)


class FakeUserDirectory:
    def __init__(self, storage: FakeStorage) -> None:
        self.storage = storage

    async def page(self, *, after: UserId | None, limit: int, disabled: bool | None = None) -> list[User]:
        found = [
            user
            for user in self.storage.users.values()
            if (after is None or user.id > after) and disabled in {None, user.disabled_at is not None}
        ]
        return sorted(found, key=lambda user: user.id)[:limit]

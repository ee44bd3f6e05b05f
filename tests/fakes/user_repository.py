"""Users in a dictionary."""

from itertools import count

from fastauth.domain.errors import UsernameTaken
from fastauth.domain.full_name import FullName
from fastauth.domain.password import PasswordHash
from fastauth.domain.user import User, UserId
from fastauth.domain.username import Username


class FakeUserRepository:
    def __init__(self, *users: User) -> None:
        self._by_key = {user.username.key: user for user in users}
        self._ids = count(max((user.id for user in users), default=0) + 1)

    @property
    def everybody(self) -> list[User]:
        return list(self._by_key.values())

    async def find(self, username: Username) -> User | None:
        return self._by_key.get(username.key)

    async def add(self, *, username: Username, fullname: FullName, password_hash: PasswordHash) -> User:
        if username.key in self._by_key:
            raise UsernameTaken
        user = User(
            id=UserId(next(self._ids)), username=username, fullname=fullname, password_hash=password_hash
        )
        self._by_key[username.key] = user
        return user

"""Users in the table ``user_info``."""

from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from fastauth.adapters.sql.engine import Database
from fastauth.adapters.sql.failures import storage_failures
from fastauth.adapters.sql.tables import user_info
from fastauth.domain.errors import UsernameTaken
from fastauth.domain.full_name import FullName
from fastauth.domain.password import PasswordHash
from fastauth.domain.user import User, UserId
from fastauth.domain.username import Username

_FIND = select(user_info).where(user_info.c.username_key == bindparam("key"))


class SqlUserRepository:
    """See `fastauth.domain.ports.UserRepository`."""

    def __init__(self, *, database: Database) -> None:
        self._engine = database.autocommit
        insert = sqlite.insert if database.is_sqlite else postgresql.insert
        # The constraint decides; a look-up before could always be too early.
        self._add = (
            insert(user_info)
            .on_conflict_do_nothing(index_elements=["username_key"])
            .returning(user_info.c.id)
        )

    async def find(self, username: Username) -> User | None:
        """Look the name up by its key."""
        with storage_failures():
            async with self._engine.connect() as connection:
                row = (await connection.execute(_FIND, {"key": username.key})).one_or_none()
        return _user(row) if row else None

    async def add(self, *, username: Username, fullname: FullName, password_hash: PasswordHash) -> User:
        """Insert a row, unless the constraint objects."""
        values = {
            "username": username.spelling,
            "username_key": username.key,
            "password": password_hash.encoded,
            "fullname": fullname.text,
        }
        with storage_failures():
            async with self._engine.connect() as connection:
                identity = (await connection.execute(self._add, values)).scalar_one_or_none()
        if identity is None:
            raise UsernameTaken
        return User(id=UserId(identity), username=username, fullname=fullname, password_hash=password_hash)


def _user(row: Row[Any]) -> User:
    # Rows that were adopted from another table may lack any of these.
    return User(
        id=UserId(row.id),
        username=Username(row.username or "", row.username_key),
        fullname=FullName(row.fullname or ""),
        password_hash=PasswordHash(row.password or ""),
    )

"""Passwords in the column ``user_info.password``."""

from sqlalchemy import bindparam, func, select, update

from fastauth.adapters.sql.accounts.tables import user_info
from fastauth.adapters.sql.accounts.users import FIND, add_user, found_user
from fastauth.adapters.sql.database.connections import Connections
from fastauth.adapters.sql.events.audit_columns import AuditColumns
from fastauth.domain.accounts.user import NewUser, User, UserId
from fastauth.domain.accounts.username import Username
from fastauth.domain.passwords.credential import PasswordCredential
from fastauth.domain.passwords.password import PasswordHash

_PASSWORD = func.coalesce(user_info.c.password, "")
"""A row of an adopted table may have no password."""

_IS_USER = user_info.c.id == bindparam("user_id")
_FIND = FIND.add_columns(user_info.c.password)
_GET = select(_PASSWORD).where(_IS_USER)
_SET = update(user_info).where(_IS_USER).values(password=bindparam("new"))
_COMPARE_AND_SET = _SET.where(bindparam("expected") == _PASSWORD)


class SqlPasswordRepository:
    """See `fastauth.domain.passwords.ports.PasswordRepository`."""

    def __init__(self, *, connections: Connections, audit_columns: AuditColumns) -> None:
        self._connections = connections
        self._audit_columns = audit_columns

    async def find(self, username: Username) -> PasswordCredential | None:
        """Find the account by its canonical name."""
        row = (await self._connections.execute(_FIND, {"key": username.canonical})).one()
        found = PasswordCredential(found_user(row), PasswordHash(row.password or ""))
        return None if row.id is None else found

    async def get(self, user_id: UserId) -> PasswordHash:
        """Read the column by the primary key."""
        encoded = (await self._connections.execute(_GET, {"user_id": user_id})).scalar_one_or_none()
        return PasswordHash.unusable() if encoded is None else PasswordHash(encoded)

    async def add_user(self, new: NewUser, password_hash: PasswordHash) -> User:
        """Insert a row, unless the name violates the unique constraint."""
        return await add_user(self._connections, self._audit_columns, new, password_hash)

    async def set(self, user_id: UserId, new: PasswordHash) -> None:
        """Update the column by the primary key."""
        await self._connections.execute(_SET, {"user_id": user_id, "new": new.encoded})

    async def compare_and_set(self, user_id: UserId, *, expected: PasswordHash, new: PasswordHash) -> bool:
        """Compare and update in one statement."""
        values = {"user_id": user_id, "expected": expected.encoded, "new": new.encoded}
        replaced: int = (await self._connections.execute(_COMPARE_AND_SET, values)).rowcount
        return bool(replaced)

"""Users in the table ``user_info``."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Update, bindparam, func, literal, literal_column, select, update

from fastauth.adapters.sql.accounts.tables import user_info
from fastauth.adapters.sql.database.connections import Connections
from fastauth.adapters.sql.database.statements import insert_on_conflict_do_nothing
from fastauth.adapters.sql.database.types import UtcDateTime
from fastauth.adapters.sql.events.audited_statement import AuditedStatement
from fastauth.adapters.sql.events.event_context import AuditColumns
from fastauth.adapters.sql.rate_limits.pace_column import (
    has_allowance,
    instant_of,
    next_allowance,
    pace_values,
)
from fastauth.domain.accounts.errors import UsernameTaken
from fastauth.domain.accounts.full_name import FullName
from fastauth.domain.accounts.user import User, UserId
from fastauth.domain.accounts.username import Username
from fastauth.domain.audit.event import EventType
from fastauth.domain.passwords.password import PasswordHash
from fastauth.domain.rate_limits.burst_limit import BurstLimit
from fastauth.domain.rate_limits.errors import TooManyRequests

_NEVER = datetime(9999, 1, 1, tzinfo=UTC)

# There is a row whether or not there is an account, and an instant in it whether or not that is
# disabled: to read them takes time, and time tells.
_COLUMNS: list[ColumnElement[Any]] = [
    *(user_info.c[name] for name in ("id", "username", "username_key", "password", "fullname")),
    func.coalesce(user_info.c.disabled_at, literal(_NEVER, UtcDateTime)).label("disabled_at"),
]
_FIND = select(*_COLUMNS).select_from(
    select(literal_column("1")).subquery().outerjoin(user_info, user_info.c.username_key == bindparam("key"))
)

_ADD = AuditedStatement(
    insert_on_conflict_do_nothing(user_info, "username_key", "username", "password", "fullname"),
    EventType.USER_CREATED,
    user_info.c.id,
    user_id=user_info.c.id,
)

_ONE = update(user_info).where(user_info.c.id == bindparam("user_id"))
_RENAME = AuditedStatement(
    _ONE.where(
        user_info.c.fullname.is_distinct_from(bindparam("new")), has_allowance(user_info.c.renames_paid_until)
    ).values(fullname=bindparam("new"), renames_paid_until=next_allowance(user_info.c.renames_paid_until)),
    EventType.FULL_NAME_CHANGED,
    user_info.c.id,
    user_id=user_info.c.id,
)
_NAMED = select(user_info.c.fullname, user_info.c.renames_paid_until).where(
    user_info.c.id == bindparam("user_id")
)
_SET_DISABLED = _ONE.values(disabled_at=bindparam("new"))
_REPLACE_PASSWORD = _ONE.where(func.coalesce(user_info.c.password, "") == bindparam("known")).values(
    password=bindparam("new")
)  # a row that was adopted may have none


class SqlUserRepository:
    """See `fastauth.domain.accounts.ports.UserRepository`."""

    def __init__(self, *, connections: Connections, audit_columns: AuditColumns) -> None:
        self._connections = connections
        self._audit_columns = audit_columns

    async def find(self, username: Username) -> User | None:
        """Look the name up by its key."""
        row = (await self._connections.execute(_FIND, {"key": username.canonical})).one()
        user = user_of(row)
        return None if row.id is None else user

    async def add(self, *, username: Username, fullname: FullName, password_hash: PasswordHash) -> User:
        """Insert a row, unless the constraint objects."""
        values = {
            "new_username": username.display,
            "new_username_key": username.canonical,
            "new_password": password_hash.encoded,
            "new_fullname": fullname.text,
        }
        added = await _ADD(self._connections, values, self._audit_columns)
        if added is None:
            raise UsernameTaken
        return User(id=UserId(added.id), username=username, fullname=fullname, password_hash=password_hash)

    async def set_full_name(
        self, user_id: UserId, fullname: FullName, *, now: datetime, limit: BurstLimit | None
    ) -> None:
        """Replace the full name; look why, if nothing was replaced."""
        values = {"user_id": user_id, "new": fullname.text, **pace_values(limit, now)}
        if await _RENAME(self._connections, values, self._audit_columns) or limit is None:
            return
        row = (await self._connections.execute(_NAMED, {"user_id": user_id})).one_or_none()
        if row and row.fullname != fullname.text:
            raise TooManyRequests(after=limit.retry_after(instant_of(row.renames_paid_until), now))

    async def compare_and_set_password(
        self, user_id: UserId, *, expected: PasswordHash, new: PasswordHash
    ) -> bool:
        """Compare and replace in one statement."""
        return bool(
            await self._change(_REPLACE_PASSWORD, user_id=user_id, known=expected.encoded, new=new.encoded)
        )

    async def set_disabled(self, user_id: UserId, since: datetime | None) -> None:
        """Set the column ``disabled_at``."""
        await self._change(_SET_DISABLED, user_id=user_id, new=since)

    async def _change(self, statement: Update, **values: object) -> int:
        changed: int = (await self._connections.execute(statement, values)).rowcount
        return changed


def user_of(row: Row[Any], *, user_id: int | None = None) -> User:
    """Return the account that a row with the columns of ``user_info`` holds."""
    # Rows that were adopted from another table may lack any of these.
    return User(
        id=UserId(user_id or row.id),
        username=Username(row.username or "", row.username_key),
        fullname=FullName(row.fullname or ""),
        password_hash=PasswordHash(row.password or ""),
        disabled_at=None if row.disabled_at == _NEVER else row.disabled_at,
    )

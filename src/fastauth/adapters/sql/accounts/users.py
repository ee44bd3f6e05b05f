"""Users in the table ``user_info``."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Update,
    bindparam,
    column,
    exists,
    func,
    literal,
    literal_column,
    select,
    table,
    update,
)
from sqlalchemy.exc import IntegrityError

from fastauth.adapters.sql.accounts.tables import user_info
from fastauth.adapters.sql.database.connections import Connections
from fastauth.adapters.sql.database.statements import insert_on_conflict_do_nothing
from fastauth.adapters.sql.database.types import UtcDateTime
from fastauth.adapters.sql.events.audit_columns import AuditColumns
from fastauth.adapters.sql.events.audited_statement import AuditedStatement
from fastauth.adapters.sql.rate_limits.limit_column import (
    is_allowed,
    limit_parameters,
    next_arrival_time,
    parse_arrival_time,
)
from fastauth.domain.accounts.errors import UsernameTaken
from fastauth.domain.accounts.full_name import FullName
from fastauth.domain.accounts.user import NewUser, User, UserId
from fastauth.domain.accounts.username import Username
from fastauth.domain.audit.event import EventType
from fastauth.domain.passwords.password import PasswordHash
from fastauth.domain.rate_limits.burst_limit import BurstLimit
from fastauth.domain.rate_limits.errors import TooManyRequests

_NEVER = datetime(9999, 1, 1, tzinfo=UTC)

# The query returns a row without an account as well, and a time for enabled accounts as well: parsing
# them takes time, which must not reveal whether an account exists or is disabled.
USER_COLUMNS: list[ColumnElement[Any]] = [
    *(user_info.c[name] for name in ("id", "username", "username_key", "fullname", "locale")),
    func.coalesce(user_info.c.disabled_at, literal(_NEVER, UtcDateTime)).label("disabled_at"),
    func.coalesce(user_info.c.second_factor_at, literal(_NEVER, UtcDateTime)).label("second_factor_at"),
]
_address = table("email_address", *map(column, ("user_id", "verified_at", "replaced_at")))
_HAS_VERIFIED_ADDRESS = exists().where(
    _address.c.user_id == user_info.c.id,
    _address.c.verified_at.is_not(None),
    _address.c.replaced_at.is_(None),
)
"""It is read with the account, so that a log-in needs no statement for it."""
FIND = select(*USER_COLUMNS, _HAS_VERIFIED_ADDRESS.label("has_verified_address")).select_from(
    select(literal_column("1")).subquery().outerjoin(user_info, user_info.c.username_key == bindparam("key"))
)
_GET = select(user_info).where(user_info.c.id == bindparam("user_id"))

_ADD = AuditedStatement(
    insert_on_conflict_do_nothing(user_info, "username_key", "username", "password", "fullname", "locale"),
    EventType.USER_CREATED,
    user_info.c.id,
    user_id=user_info.c.id,
)

_UPDATE = update(user_info).where(user_info.c.id == bindparam("user_id"))
_SET_FULL_NAME = AuditedStatement(
    _UPDATE.where(
        user_info.c.fullname.is_distinct_from(bindparam("new")), is_allowed(user_info.c.renames_paid_until)
    ).values(fullname=bindparam("new"), renames_paid_until=next_arrival_time(user_info.c.renames_paid_until)),
    EventType.FULL_NAME_CHANGED,
    user_info.c.id,
    user_id=user_info.c.id,
)
_FULL_NAME = select(user_info.c.fullname, user_info.c.renames_paid_until).where(
    user_info.c.id == bindparam("user_id")
)
_SET_USERNAME = _UPDATE.values(username=bindparam("display"), username_key=bindparam("canonical"))
_SET_DISABLED = _UPDATE.values(disabled_at=bindparam("new"))


class SqlUserRepository:
    """See `fastauth.domain.accounts.ports.UserRepository`."""

    def __init__(self, *, connections: Connections, audit_columns: AuditColumns) -> None:
        self._connections = connections
        self._audit_columns = audit_columns

    async def find(self, username: Username) -> User | None:
        """Find the account by its canonical name."""
        row = (await self._connections.execute(FIND, {"key": username.canonical})).one()
        user = found_user(row)
        return None if row.id is None else user

    async def get(self, user_id: UserId) -> User | None:
        """Find the account by its primary key."""
        row = (await self._connections.execute(_GET, {"user_id": user_id})).one_or_none()
        return user_of(row) if row else None

    async def add(self, new: NewUser) -> User:
        """Insert a row, unless the name violates the unique constraint."""
        return await add_user(self._connections, self._audit_columns, new, PasswordHash.unusable())

    async def set_full_name(
        self, user_id: UserId, fullname: FullName, *, now: datetime, limit: BurstLimit | None
    ) -> None:
        """Update the full name; if no row was changed, read the row to find the reason."""
        values = {"user_id": user_id, "new": fullname.text, **limit_parameters(limit, now)}
        if await _SET_FULL_NAME(self._connections, values, self._audit_columns) or limit is None:
            return
        row = (await self._connections.execute(_FULL_NAME, {"user_id": user_id})).one_or_none()
        if row and row.fullname != fullname.text:
            raise TooManyRequests(after=limit.retry_after(parse_arrival_time(row.renames_paid_until), now))

    async def set_username(self, user_id: UserId, username: Username) -> None:
        """Update the username; the unique constraint decides."""
        try:
            await self._update(
                _SET_USERNAME, user_id=user_id, display=username.display, canonical=username.canonical
            )
        except IntegrityError:
            raise UsernameTaken from None

    async def set_disabled(self, user_id: UserId, since: datetime | None) -> None:
        """Update the column ``disabled_at``."""
        await self._update(_SET_DISABLED, user_id=user_id, new=since)

    async def _update(self, statement: Update, **values: object) -> int:
        updated: int = (await self._connections.execute(statement, values)).rowcount
        return updated


async def add_user(
    connections: Connections, audit_columns: AuditColumns, new: NewUser, password_hash: PasswordHash
) -> User:
    """Insert the row of an account with its password hash, for which adopted tables demand a value.

    Raises:
        UsernameTaken: The username violates the unique constraint.
    """
    values = {
        "new_username": new.username.display,
        "new_username_key": new.username.canonical,
        "new_password": password_hash.encoded,
        "new_fullname": new.fullname.text,
        "new_locale": new.locale,
    }
    added = await _ADD(connections, values, audit_columns)
    if added is None:
        raise UsernameTaken
    return User(id=UserId(added.id), username=new.username, fullname=new.fullname, locale=new.locale)


def found_user(row: Row[Any]) -> User:
    """Return the account of a row of `FIND`; without an account, one that stands for the same work."""
    return replace(user_of(row), has_verified_address=bool(row.has_verified_address))


def user_of(row: Row[Any], *, user_id: int | None = None) -> User:
    """Return the account of a row with the columns of ``user_info``."""
    # Rows of an imported table may lack any of these.
    return User(
        id=UserId(row.id if user_id is None else user_id),
        username=Username(row.username or "", row.username_key),
        fullname=FullName(row.fullname or ""),
        disabled_at=None if row.disabled_at == _NEVER else row.disabled_at,
        locale=row.locale,
        has_second_factor=row.second_factor_at not in (None, _NEVER),
    )

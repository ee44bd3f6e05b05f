"""See `fastauth.domain.administration.user_search.UserSearch`."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Subquery, func, select

from fastauth.adapters.sql.accounts.tables import user_info
from fastauth.adapters.sql.accounts.users import user_of
from fastauth.adapters.sql.administration.search_orders import candidates
from fastauth.adapters.sql.database.connections import Connections
from fastauth.adapters.sql.email_addresses.tables import IS_VERIFIED, email_address
from fastauth.adapters.sql.personal_data.tables import erasure
from fastauth.adapters.sql.roles.tables import user_role
from fastauth.domain.administration.user_search import (
    MAX_EXAMINED,
    FoundUsers,
    ListedUser,
    UserFilter,
    UserPlace,
)

_VERIFIED_ADDRESS = (
    select(email_address.c.address)
    .where(email_address.c.user_id == user_info.c.id, IS_VERIFIED)
    .scalar_subquery()
)
_ROLES = (
    select(func.aggregate_strings(user_role.c.role, " "))
    .where(user_role.c.user_id == user_info.c.id)
    .scalar_subquery()
)
_ERASE_AT = (
    select(erasure.c.erase_at)
    .where(erasure.c.user_id == user_info.c.id, erasure.c.erased_at.is_(None))
    .scalar_subquery()
)
_USER = [
    user_info.c[name]
    for name in ("id", "username", "username_key", "fullname", "locale", "disabled_at", "second_factor_at")
]


class SqlUserSearch:
    """Reads a bounded range of one index, and leaves out rows that do not match the other criteria."""

    def __init__(self, *, connections: Connections, examined: int = MAX_EXAMINED) -> None:
        self._connections = connections
        self._examined = examined

    async def page(self, wanted: UserFilter, *, after: UserPlace | None, limit: int) -> FoundUsers:
        """Run one statement; a second one if the first has left out so many that the page is not full."""
        number = self._examined if _is_narrowed(wanted) else limit + 1
        dialect = self._connections.dialect.name
        ahead = candidates(wanted, after, number=number, dialect=dialect).subquery("ahead")
        order = (ahead.c.place_key, ahead.c.place_id)
        kept = (
            select(ahead)
            .where(*_conditions(wanted, ahead))
            .order_by(*order)
            .limit(limit + 1)
            .subquery("kept")
        )
        rows = (await self._connections.execute(_details(wanted, kept))).all()
        shown = rows[:limit]
        following = _place(shown[-1]) if len(rows) > limit else None
        if _is_narrowed(wanted) and following is None:
            last = select(*order).order_by(*order).offset(number - 1).limit(1)
            row = (await self._connections.execute(last)).one_or_none()
            following = _place(row) if row else None
        return FoundUsers(users=tuple(map(_listed, shown)), next=following)


def _is_narrowed(wanted: UserFilter) -> bool:
    """Return whether the index of the order leads to accounts that are not wanted."""
    has_prefixes = bool(wanted.email_prefixes or wanted.username_prefixes)
    return (
        (has_prefixes and wanted.role is not None)
        or wanted.disabled is False
        or (wanted.disabled is True and (has_prefixes or wanted.role is not None))
    )


def _conditions(wanted: UserFilter, ahead: Subquery) -> Iterator[ColumnElement[bool]]:
    """Yield the criteria that the index does not decide, and those that it does, which cost little.

    Each is a scalar subquery, which is evaluated for one candidate after the other. For EXISTS or a join
    PostgreSQL may read the whole table and sort, although the candidates are few and in order.
    """
    user = user_info.alias("candidate")
    if wanted.role is not None:
        has_role = select(user_role.c.user_id).where(
            user_role.c.user_id == ahead.c.user_id, user_role.c.role == wanted.role
        )
        yield has_role.scalar_subquery().is_not(None)
    if wanted.disabled is not None:
        disabled_at = select(user.c.disabled_at).where(user.c.id == ahead.c.user_id).scalar_subquery()
        yield disabled_at.is_not(None) if wanted.disabled else disabled_at.is_(None)


def _details(wanted: UserFilter, kept: Subquery) -> Select[Any]:
    """Return what is shown of these accounts, in their order."""
    address = _VERIFIED_ADDRESS
    if wanted.email_prefixes:
        found = select(email_address.c.address).where(email_address.c.id == kept.c.place_id)
        address = found.scalar_subquery()
    shown = (address.label("email"), _ROLES.label("roles"), _ERASE_AT.label("erase_at"))
    order = (kept.c.place_key, kept.c.place_id)
    return select(*_USER, *shown, *order).join(kept, kept.c.user_id == user_info.c.id).order_by(*order)


def _place(row: Row[Any]) -> UserPlace:
    return UserPlace(row.place_id, row.place_key)


def _listed(row: Row[Any]) -> ListedUser:
    return ListedUser(
        user=user_of(row),
        email=row.email,
        roles=tuple(sorted((row.roles or "").split())),
        erase_at=row.erase_at,
    )

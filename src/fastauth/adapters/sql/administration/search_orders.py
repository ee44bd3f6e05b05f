"""The orders in which accounts are searched. Each is that of an index, so that every page costs the same."""

from typing import Any

from sqlalchemy import ColumnElement, Select, exists, literal, literal_column, select, tuple_, union_all

from fastauth.adapters.sql.accounts.tables import user_info
from fastauth.adapters.sql.email_addresses.tables import email_address
from fastauth.adapters.sql.roles.tables import user_role
from fastauth.domain.administration.user_search import UserFilter, UserPlace

_LAST_CODE_POINT = "\U0010ffff"
_other = email_address.alias("other")
_HAS_VERIFIED_ONE = exists().where(
    _other.c.user_id == email_address.c.user_id,
    _other.c.verified_at.is_not(None),
    _other.c.replaced_at.is_(None),
)
_NO_KEY: ColumnElement[str] = literal_column("''")


def candidates(wanted: UserFilter, after: UserPlace | None, *, number: int, dialect: str) -> Select[Any]:
    """Return the next `number` accounts behind `after` in the order of one index.

    They match the criterion that this index decides. The columns are ``user_id``, ``place_id`` and
    ``place_key``. The number is a literal: for a parameter PostgreSQL would plan a tenth of the table.
    """
    maximum: ColumnElement[int] = literal_column(str(number))
    if wanted.email_prefixes or wanted.username_prefixes:
        return _first(_ranges(wanted, after, dialect), maximum)
    if wanted.role is not None:
        ids: ColumnElement[int] = user_role.c.user_id
        found = _select(ids, ids, _NO_KEY).where(user_role.c.role == wanted.role)
    else:
        ids = user_info.c.id
        found = _select(ids, ids, _NO_KEY)
        if wanted.disabled:
            found = found.where(user_info.c.disabled_at.is_not(None))
    return (found.where(ids > after.id) if after else found).order_by(ids).limit(maximum)


def _ranges(wanted: UserFilter, after: UserPlace | None, dialect: str) -> list[Select[Any]]:
    """Return a range of an index for each prefix. LIKE would need another index, and escapes."""
    if wanted.email_prefixes:
        row = email_address.c
        key, ids = _by_code_point(row.address_key, dialect), row.id
        found = _select(row.user_id, ids, key).where(
            row.replaced_at.is_(None), row.verified_at.is_not(None) | ~_HAS_VERIFIED_ONE
        )
    else:
        key, ids = _by_code_point(user_info.c.username_key, dialect), user_info.c.id
        found = _select(ids, ids, key)
    if after:
        place = tuple_(literal(after.key), literal(after.id))
        found = found.where(tuple_(key, ids) > place if wanted.email_prefixes else key > after.key)
    order = (key, ids) if wanted.email_prefixes else (key,)
    return [
        found.where(key >= prefix, key < prefix + _LAST_CODE_POINT).order_by(*order)
        for prefix in wanted.email_prefixes or wanted.username_prefixes
    ]


def _first(ranges: list[Select[Any]], maximum: ColumnElement[int]) -> Select[Any]:
    """Return the first rows of all ranges, which reads no more than as many of each."""
    limited = [each.limit(maximum) for each in ranges]
    if len(limited) == 1:
        return limited[0]
    found = union_all(*(select(each.subquery()) for each in limited)).subquery()
    return select(found).order_by(found.c.place_key, found.c.place_id).limit(maximum)


def _select(
    user_id: ColumnElement[int], place_id: ColumnElement[int], key: ColumnElement[str]
) -> Select[Any]:
    columns: list[ColumnElement[Any]] = [user_id.label("user_id"), place_id.label("place_id")]
    return select(*columns, key.label("place_key"))


def _by_code_point(column: ColumnElement[str], dialect: str) -> ColumnElement[str]:
    """Return the column in the order of code points, which SQLite has by itself."""
    return column.collate("C") if dialect == "postgresql" else column

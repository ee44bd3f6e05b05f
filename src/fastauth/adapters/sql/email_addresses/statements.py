"""Statements on the table ``email_address``."""

import sqlite3

from sqlalchemy import (
    bindparam,
    delete,
    func,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from fastauth.adapters.sql.accounts.tables import user_info
from fastauth.adapters.sql.accounts.users import USER_COLUMNS
from fastauth.adapters.sql.database.types import UtcDateTime
from fastauth.adapters.sql.email_addresses.tables import IS_VERIFIED, email_address

_row = email_address.c
_PENDING = _row.verified_at.is_(None)
_OF_USER = _row.user_id == bindparam("owner")
_HAS_KEY = _row.address_key == bindparam("key")
_NOW = bindparam("now", type_=UtcDateTime)

FIND_OWNER = select(*USER_COLUMNS).select_from(
    select(literal_column("1"))
    .subquery()
    .outerjoin(email_address, _HAS_KEY & IS_VERIFIED)
    .outerjoin(user_info, user_info.c.id == _row.user_id)
)
CURRENT = select(email_address).where(_OF_USER, _row.replaced_at.is_(None))
IS_PENDING = select(select(_row.id).where(_HAS_KEY, _PENDING).exists())
REPLACED_SINCE = (
    select(email_address)
    .where(_OF_USER, _row.replaced_at.is_not(None), _row.replaced_at >= bindparam("since", type_=UtcDateTime))
    .order_by(_row.replaced_at.desc(), _row.id.desc())
)
INFORMED = select(email_address).where(
    _OF_USER,
    _row.verified_at.is_not(None),
    _row.replaced_at.is_(None) | (_row.replaced_at >= bindparam("since", type_=UtcDateTime)),
)
# A username that is not allowed today has its exact text behind a space: `Username.parse_existing`.
CLASHING_USERNAMES = (
    select(user_info.c.username)
    .join(
        email_address,
        _row.address_key.in_([user_info.c.username_key, func.lower(func.ltrim(user_info.c.username_key))])
        & (_row.user_id != user_info.c.id),
    )
    .where(IS_VERIFIED)
    .order_by(user_info.c.id)
    .limit(bindparam("number"))
)
MARK_UNDELIVERABLE = update(email_address).where(_OF_USER, _HAS_KEY).values(undeliverable_at=_NOW)

LOCK_PENDING = select(email_address).where(_OF_USER, _HAS_KEY, _PENDING).with_for_update()
LOCK_REPLACED = (
    select(email_address)
    .where(_OF_USER, _HAS_KEY, _row.replaced_at > bindparam("after", type_=UtcDateTime))
    .order_by(_row.replaced_at.desc(), _row.id.desc())
    .limit(1)
    .with_for_update()
)
REPLACE = update(email_address).where(_OF_USER, IS_VERIFIED).values(replaced_at=_NOW).returning(email_address)
VERIFY = (
    update(email_address)
    .where(_row.id == bindparam("record"))
    .values(verified_at=_NOW)
    .returning(email_address)
)
PUT_BACK = update(email_address).where(_row.id == bindparam("record")).values(replaced_at=None)
DELETE_PENDING = delete(email_address).where(_OF_USER, _PENDING)
_replaced_at = bindparam("replaced_at", type_=UtcDateTime)
DELETE_LATER = delete(email_address).where(
    _OF_USER,
    _row.replaced_at.is_(None)
    | (_row.replaced_at > _replaced_at)
    | ((_row.replaced_at == _replaced_at) & (_row.id > bindparam("record"))),
)
"""Rows of the addresses that were verified after this one, and the pending one."""

_ADDED = {
    "address": bindparam("new_address"),
    "address_key": bindparam("new_key"),
    "added_at": _NOW,
    "undeliverable_at": None,
}
ADD_PENDING = {
    dialect: insert(email_address)
    .values(user_id=bindparam("owner"), **_ADDED)
    .on_conflict_do_update(index_elements=["user_id"], index_where=text("verified_at IS NULL"), set_=_ADDED)
    for dialect, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}

USERNAME_OF_ANOTHER = (
    select(user_info.c.id)
    .where(
        user_info.c.username_key.in_(bindparam("names", expanding=True)),
        user_info.c.id != bindparam("owner"),
    )
    .limit(1)
)


def is_address_taken(error: IntegrityError) -> bool:
    """Return whether the index of the verified addresses was violated.

    SQLite names the columns of the index instead of the index; no other unique index is on this one.
    """
    if isinstance(error.orig, sqlite3.IntegrityError):
        return (
            error.orig.sqlite_errorcode == sqlite3.SQLITE_CONSTRAINT_UNIQUE
            and str(error.orig).rpartition(": ")[2] == "email_address.address_key"
        )
    diagnostics = getattr(error.orig, "diag", None)
    return getattr(diagnostics, "constraint_name", None) == "email_address_key_unique"

"""Statements on the table ``passkey``."""

from sqlalchemy import and_, bindparam, delete, func, insert, or_, select, update

from fastauth.adapters.sql.accounts.tables import user_info
from fastauth.adapters.sql.accounts.users import USER_COLUMNS
from fastauth.adapters.sql.database.types import UtcDateTime
from fastauth.adapters.sql.passkeys.tables import passkey

_NOW = bindparam("now", type_=UtcDateTime)
_COUNTER = bindparam("count", type_=passkey.c.sign_count.type)
_HAS_ID = passkey.c.id == bindparam("of_passkey")
_IS_OF_USER = passkey.c.user_id == bindparam("of_user")
_ACCOUNT = user_info.c.id == bindparam("of_user")

_id, *_account_columns = USER_COLUMNS
FIND = (
    select(passkey, user_info.c.handle, *_account_columns)
    .join(user_info, user_info.c.id == passkey.c.user_id)
    .where(_HAS_ID)
)
OF_USER = select(passkey).where(_IS_OF_USER).order_by(passkey.c.created_at, passkey.c.id)
COUNT = select(func.count()).select_from(passkey).where(_IS_OF_USER)
HANDLE = select(user_info.c.handle).where(_ACCOUNT)

# Updates, so that they lock the row in SQLite, too, and wait there before they read.
LOCK_WITH_HANDLE = (
    update(user_info)
    .where(_ACCOUNT)
    .values(handle=func.coalesce(user_info.c.handle, bindparam("new_handle", type_=user_info.c.handle.type)))
    .returning(user_info.c.handle)
)
LOCK = update(user_info).where(_ACCOUNT).values(handle=user_info.c.handle)

ADD = insert(passkey)
RENAME = (
    update(passkey).where(_HAS_ID, _IS_OF_USER).values(name=bindparam("new_name")).returning(*passkey.columns)
)
REMOVE = delete(passkey).where(_HAS_ID, _IS_OF_USER)
MARK_SUSPECT = update(passkey).where(_HAS_ID).values(suspect_at=_NOW)

ACCEPT = (
    update(passkey)
    .where(
        _HAS_ID,
        or_(passkey.c.sign_count < _COUNTER, and_(passkey.c.sign_count == 0, _COUNTER == 0)),
    )
    .values(sign_count=_COUNTER, backed_up=bindparam("new_backed_up"), last_used_at=_NOW)
)

"""See `fastauth.domain.api_keys.ports.ApiKeyRepository`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, or_, select, update

from fastauth.adapters.sql.accounts.tables import user_info
from fastauth.adapters.sql.accounts.users import USER_COLUMNS, user_of
from fastauth.adapters.sql.api_keys.tables import api_key
from fastauth.adapters.sql.database.connections import Connections
from fastauth.adapters.sql.database.types import UtcDateTime
from fastauth.adapters.sql.roles.grants import grants_column, parse_grants
from fastauth.domain.accounts.user import UserId
from fastauth.domain.api_keys.api_key import MAX_API_KEYS, ApiKey, ApiKeyName, OwnedApiKey
from fastauth.domain.api_keys.errors import TooManyApiKeys
from fastauth.domain.api_keys.key_text import ApiKeyDigest, ApiKeyId

_NOW = bindparam("now", type_=UtcDateTime)
_HAS_ID = api_key.c.id == bindparam("of_key")
_IS_OF_USER = api_key.c.user_id == bindparam("of_user")
_IS_NOT_REVOKED = api_key.c.revoked_at.is_(None)
_IS_VALID = _IS_NOT_REVOKED & (api_key.c.expires_at > _NOW)

_id, *_account_columns = USER_COLUMNS
_FIND = (
    select(api_key, *_account_columns, grants_column(user_info.c.id))
    .join(user_info, user_info.c.id == api_key.c.user_id)
    .where(_HAS_ID)
)
_OF_USER = (
    select(api_key)
    .where(_IS_OF_USER, _IS_NOT_REVOKED)
    .order_by(api_key.c.created_at.desc(), api_key.c.id.desc())
)
_UNUSED = (
    select(api_key)
    .where(
        _IS_VALID,
        func.coalesce(api_key.c.last_used_at, api_key.c.created_at) < bindparam("since", type_=UtcDateTime),
    )
    .order_by(api_key.c.created_at, api_key.c.id)
    .limit(bindparam("max_rows"))
)
_COUNT = select(func.count()).select_from(api_key).where(_IS_OF_USER, _IS_VALID)
# An update, so that it locks the row in SQLite, too, and waits there before it reads.
_LOCK_OWNER = (
    update(user_info).where(user_info.c.id == bindparam("of_user")).values(handle=user_info.c.handle)
)

_ADD = insert(api_key)
_REVOKE = update(api_key).where(_HAS_ID, _IS_NOT_REVOKED).values(revoked_at=_NOW).returning(api_key.c.user_id)
_REVOKE_OWN = _REVOKE.where(_IS_OF_USER)
_REVOKE_ALL = update(api_key).where(_IS_OF_USER, _IS_VALID).values(revoked_at=_NOW).returning(api_key.c.id)
_MARK_USED = (
    update(api_key)
    .where(_HAS_ID, or_(api_key.c.last_used_at.is_(None), api_key.c.last_used_at < _NOW))
    .values(last_used_at=_NOW)
)


class SqlApiKeyRepository:
    """The row of the owner is locked before a key is added."""

    def __init__(self, *, connections: Connections) -> None:
        self._connections = connections

    async def find(self, id_: ApiKeyId) -> OwnedApiKey | None:
        """Read the key together with its owner and the owner's roles."""
        row = (await self._connections.execute(_FIND, {"of_key": id_})).one_or_none()
        if row is None:
            return None
        return OwnedApiKey(_api_key(row), user_of(row, user_id=row.user_id), parse_grants(row.grants))

    async def of_user(self, user_id: UserId) -> tuple[ApiKey, ...]:
        """Read the rows by the index of accounts."""
        return tuple(map(_api_key, (await self._connections.execute(_OF_USER, {"of_user": user_id})).all()))

    async def unused(self, *, since: datetime, now: datetime, limit: int) -> tuple[ApiKey, ...]:
        """Read the table: operators ask rarely, and no index is worth its writes."""
        values = {"since": since, "now": now, "max_rows": limit}
        return tuple(map(_api_key, (await self._connections.execute(_UNUSED, values)).all()))

    async def add(self, key: ApiKey) -> None:
        """Lock the account, count, and insert a row."""

        def work(connection: Connection) -> None:
            values = {"of_user": key.user_id, "now": key.created_at}
            connection.execute(_LOCK_OWNER, values)
            if connection.execute(_COUNT, values).scalar_one() >= MAX_API_KEYS:
                raise TooManyApiKeys
            connection.execute(_ADD, _values(key))

        await self._connections.run_in_transaction(work)

    async def revoke(self, id_: ApiKeyId, *, user_id: UserId | None = None, now: datetime) -> UserId | None:
        """Update the column ``revoked_at``."""
        values: dict[str, object] = {"of_key": id_, "now": now}
        statement = _REVOKE
        if user_id is not None:
            statement, values["of_user"] = _REVOKE_OWN, user_id
        owner = (await self._connections.execute(statement, values)).scalar_one_or_none()
        return None if owner is None else UserId(owner)

    async def revoke_all(self, user_id: UserId, *, now: datetime) -> tuple[ApiKeyId, ...]:
        """Update all rows in one statement."""
        rows = (await self._connections.execute(_REVOKE_ALL, {"of_user": user_id, "now": now})).all()
        return tuple(sorted(ApiKeyId(row.id) for row in rows))

    async def mark_used(self, uses: Mapping[ApiKeyId, datetime]) -> None:
        """Update the rows one by one, each in a transaction of its own, so that none waits for another."""
        for id_, time in uses.items():
            await self._connections.execute(_MARK_USED, {"of_key": id_, "now": time})


def _values(key: ApiKey) -> dict[str, object]:
    return {
        "id": key.id,
        "user_id": key.user_id,
        "name": key.name.text,
        "digest": key.digest,
        "scopes": " ".join(sorted(key.scopes)),
        "created_at": key.created_at,
        "expires_at": key.expires_at,
    }


def _api_key(row: Row[Any]) -> ApiKey:
    return ApiKey(
        id=ApiKeyId(row.id),
        user_id=UserId(row.user_id),
        name=ApiKeyName(row.name),
        digest=ApiKeyDigest(row.digest),
        scopes=frozenset(row.scopes.split()),
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
    )

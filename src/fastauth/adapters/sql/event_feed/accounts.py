"""See `fastauth.domain.event_feed.ports.FeedAccounts`."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import Executable, bindparam, select

from fastauth.adapters.sql.accounts.tables import user_info
from fastauth.adapters.sql.database.connections import Connections
from fastauth.adapters.sql.email_addresses.tables import IS_VERIFIED, email_address
from fastauth.adapters.sql.roles.tables import user_role
from fastauth.domain.accounts.user import UserId
from fastauth.domain.event_feed.ports import FeedAccount

_ACCOUNTS = (
    select(
        user_info.c.id,
        user_info.c.username,
        user_info.c.fullname,
        user_info.c.disabled_at,
        email_address.c.address,
    )
    .outerjoin(email_address, (email_address.c.user_id == user_info.c.id) & IS_VERIFIED)
    .order_by(user_info.c.id)
)
_PAGE = _ACCOUNTS.where(user_info.c.id > bindparam("after_id")).limit(bindparam("max_rows"))
_SOME = _ACCOUNTS.where(user_info.c.id.in_(bindparam("ids", expanding=True)))
_ROLES = (
    select(user_role.c.user_id, user_role.c.role)
    .where(user_role.c.user_id.in_(bindparam("ids", expanding=True)))
    .order_by(user_role.c.role)
)


class SqlFeedAccounts:
    """Reads accounts by the primary key, and their roles in a second statement."""

    def __init__(self, *, connections: Connections) -> None:
        self._connections = connections

    async def page(self, *, after: UserId, limit: int) -> tuple[FeedAccount, ...]:
        """Read a page behind an id, so that the last one costs as much as the first."""
        return await self._read(_PAGE, {"after_id": after, "max_rows": limit})

    async def find(self, ids: Collection[UserId]) -> tuple[FeedAccount, ...]:
        """Read some accounts; without ids nothing is read."""
        return await self._read(_SOME, {"ids": list(ids)}) if ids else ()

    async def _read(self, statement: Executable, values: dict[str, object]) -> tuple[FeedAccount, ...]:
        rows = (await self._connections.execute(statement, values)).all()
        roles = defaultdict[int, list[str]](list)
        if rows:
            for row in await self._connections.execute(_ROLES, {"ids": [row.id for row in rows]}):
                roles[row.user_id].append(row.role)
        return tuple(
            FeedAccount(
                id=UserId(row.id),
                username=row.username,
                fullname=row.fullname,
                email=row.address,
                disabled=row.disabled_at is not None,
                roles=tuple(roles[row.id]),
            )
            for row in rows
        )

"""All users, in pages."""

from sqlalchemy import select

from fastauth.adapters.sql.accounts.tables import user_info
from fastauth.adapters.sql.accounts.users import user_of
from fastauth.adapters.sql.database.connections import Connections
from fastauth.domain.accounts.user import User, UserId

_ALL = select(user_info).order_by(user_info.c.id)


class SqlUserDirectory:
    """See `fastauth.domain.accounts.ports.UserDirectory`."""

    def __init__(self, *, connections: Connections) -> None:
        self._connections = connections

    async def page(self, *, after: UserId | None, limit: int, disabled: bool | None = None) -> list[User]:
        """Read a page by the primary key, so that the last page costs as much as the first."""
        statement = _ALL.limit(limit)
        if after is not None:
            statement = statement.where(user_info.c.id > after)
        if disabled is not None:
            statement = statement.where(
                user_info.c.disabled_at.is_not(None) if disabled else user_info.c.disabled_at.is_(None)
            )
        rows = (await self._connections.execute(statement)).all()
        return [user_of(row) for row in rows]

"""See `fastauth.domain.revocations.ports.RevocationLog`."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Text, bindparam, cast, insert, literal, select

from fastauth.adapters.sql.database.connections import Connections
from fastauth.adapters.sql.database.types import UtcDateTime
from fastauth.adapters.sql.revocations.tables import revocation
from fastauth.adapters.sql.roles.tables import user_role
from fastauth.domain.revocations.revocation import Revocation, RevocationKind

INSERT = insert(revocation)

_users = (
    select(
        literal(RevocationKind.USER.value),
        cast(user_role.c.user_id, Text),
        bindparam("revoked_at", type_=UtcDateTime),
    )
    .where(user_role.c.role.in_(bindparam("names", expanding=True)))
    .distinct()
)
_INSERT_FOR_ROLES = insert(revocation).from_select(["kind", "value", "at"], _users)


class SqlRevocationLog:
    """Inserts rows."""

    def __init__(self, *, connections: Connections) -> None:
        self._connections = connections

    async def add(self, new: Revocation) -> None:
        """Insert a row."""
        await self._connections.execute(INSERT, row_of(new))

    async def add_for_roles(self, roles: Collection[str], *, at: datetime) -> None:
        """Insert a row for each user in one statement."""
        await self._connections.execute(_INSERT_FOR_ROLES, {"names": list(roles), "revoked_at": at})


def row_of(new: Revocation) -> dict[str, object]:
    """Return the columns of a revocation."""
    return {"kind": new.kind.value, "value": new.value, "at": new.at}

"""See `fastauth.domain.revocations.ports.RevocationReader`."""

from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    bindparam,
    column,
    exists,
    literal,
    or_,
    select,
    table,
    tuple_,
    union_all,
)

from fastauth.adapters.sql.database.connections import Connections
from fastauth.adapters.sql.database.types import UtcDateTime
from fastauth.adapters.sql.revocations.tables import revocation
from fastauth.domain.revocations.revocation import Revocation, RevocationKind, TokenIdentity

# Named without its module, which writes revocations and so imports this package.
_session = table("session", column("id"), column("ended_at", UtcDateTime))
_SINCE = bindparam("since", type_=UtcDateTime)

_all = union_all(
    select(
        literal(RevocationKind.SESSION.value).label("kind"),
        _session.c.id.label("value"),
        _session.c.ended_at.label("at"),
    ).where(_session.c.ended_at > _SINCE),
    select(revocation.c.kind, revocation.c.value, revocation.c.at).where(revocation.c.at > _SINCE),
).subquery()
_READ = select(_all).order_by(_all.c.at, _all.c.kind, _all.c.value)
_LIMITED = _READ.limit(bindparam("max_rows"))
_BEHIND = _LIMITED.where(
    tuple_(_all.c.at, _all.c.kind, _all.c.value)
    > tuple_(bindparam("last_at", type_=UtcDateTime), bindparam("last_kind"), bindparam("last_value"))
)


_TOKEN_IDS = select(revocation.c.value).where(
    revocation.c.kind == RevocationKind.TOKEN.value, revocation.c.at > _SINCE
)
_NOT_ISSUED_LATER = revocation.c.at >= bindparam("issued_at", type_=UtcDateTime)


def _has(kind: RevocationKind, parameter: str) -> ColumnElement[bool]:
    return (revocation.c.kind == kind.value) & (revocation.c.value == bindparam(parameter))


_IS_REVOKED = select(
    exists().where(
        revocation.c.at > _SINCE,
        or_(
            _has(RevocationKind.TOKEN, "token_id"),
            _has(RevocationKind.SESSION, "session_id"),
            _has(RevocationKind.USER, "subject") & _NOT_ISSUED_LATER,
            _has(RevocationKind.CLIENT, "client_id") & _NOT_ISSUED_LATER,
        ),
    )
)


class SqlRevocationReader:
    """Reads both tables by the indexes of their times."""

    def __init__(self, *, connections: Connections) -> None:
        self._connections = connections

    async def read(
        self, *, since: datetime, after: Revocation | None = None, limit: int | None = None
    ) -> list[Revocation]:
        """Run one statement."""
        values: dict[str, object] = {"since": since}
        statement = _READ
        if limit is not None:
            statement = _LIMITED
            values["max_rows"] = limit
        if after is not None:
            statement = _BEHIND
            values |= {"last_at": after.at, "last_kind": after.kind.value, "last_value": after.value}
        rows = (await self._connections.execute(statement, values)).all()
        return [Revocation(row.at, RevocationKind(row.kind), row.value) for row in rows]

    async def token_ids(self, *, since: datetime) -> frozenset[str]:
        """Read the table by the index of its times."""
        rows = (await self._connections.execute(_TOKEN_IDS, {"since": since})).all()
        return frozenset(row.value for row in rows)

    async def is_revoked(self, token: TokenIdentity, *, since: datetime) -> bool:
        """Ask for any of four kinds in one statement."""
        values = {
            "since": since,
            "token_id": token.id,
            "session_id": token.session_id or "",
            "subject": token.subject,
            "client_id": token.client_id,
            "issued_at": token.issued_at,
        }
        return bool((await self._connections.execute(_IS_REVOKED, values)).scalar_one())

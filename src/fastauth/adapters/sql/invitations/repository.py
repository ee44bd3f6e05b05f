"""Invitations in the table ``invitation``."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, Row, bindparam, delete, insert, select

from fastauth.adapters.sql.database.connections import Connections
from fastauth.adapters.sql.database.types import UtcDateTime
from fastauth.adapters.sql.invitations.tables import invitation as row
from fastauth.domain.accounts.user import UserId
from fastauth.domain.email_addresses.address import EmailAddress
from fastauth.domain.invitations.invitation import Invitation, InvitationId, NewInvitation

_is_open = (row.c.id == bindparam("wanted")) & (row.c.expires_at > bindparam("now", type_=UtcDateTime))
_ADD = insert(row).returning(*row.columns)
_FIND = select(row).where(_is_open)
_TAKE = delete(row).where(_is_open).returning(*row.columns)
_REMOVE = delete(row).where(row.c.id == bindparam("wanted"))
_PAGE = (
    select(row)
    .where(row.c.id > bindparam("after"), row.c.expires_at > bindparam("now", type_=UtcDateTime))
    .order_by(row.c.id)
    .limit(bindparam("max_rows"))
)


class SqlInvitationRepository:
    """See `fastauth.domain.invitations.ports.InvitationRepository`."""

    def __init__(self, *, connections: Connections) -> None:
        self._connections = connections

    async def add(self, new: NewInvitation) -> Invitation:
        """Insert a row."""
        values = {
            "email": new.email.text,
            "email_key": new.email.key,
            "locale": new.locale,
            "roles": json.dumps(new.roles),
            "invited_by": new.invited_by,
            "created_at": new.created_at,
            "expires_at": new.expires_at,
        }
        return _invitation((await self._connections.execute(_ADD, values)).one())

    async def find(self, invitation_id: InvitationId, *, now: datetime) -> Invitation | None:
        """Read the row."""
        return await self._one(_FIND, wanted=invitation_id, now=now)

    async def take(self, invitation_id: InvitationId, *, now: datetime) -> Invitation | None:
        """Delete the row, and return it, in one statement."""
        return await self._one(_TAKE, wanted=invitation_id, now=now)

    async def remove(self, invitation_id: InvitationId) -> bool:
        """Delete the row."""
        return bool((await self._connections.execute(_REMOVE, {"wanted": invitation_id})).rowcount)

    async def page(self, *, after: InvitationId | None, now: datetime, limit: int) -> list[Invitation]:
        """Read rows in the order of the primary key."""
        values = {"after": after or 0, "now": now, "max_rows": limit}
        return [_invitation(each) for each in (await self._connections.execute(_PAGE, values)).all()]

    async def _one(self, statement: Executable, **values: object) -> Invitation | None:
        found = (await self._connections.execute(statement, values)).first()
        return _invitation(found) if found else None


def _invitation(stored: Row[Any]) -> Invitation:
    return Invitation(
        id=InvitationId(stored.id),
        email=EmailAddress(stored.email, stored.email_key),
        locale=stored.locale,
        roles=tuple(json.loads(stored.roles)),
        invited_by=None if stored.invited_by is None else UserId(stored.invited_by),
        created_at=stored.created_at,
        expires_at=stored.expires_at,
    )

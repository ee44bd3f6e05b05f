"""Adds entries to the table ``outbox`` within a transaction."""

from collections.abc import Mapping
from datetime import datetime
from secrets import token_hex

from sqlalchemy import insert

from fastauth.adapters.sql.database.connections import Connections
from fastauth.adapters.sql.outbox.tables import outbox
from fastauth.domain.accounts.user import UserId
from fastauth.domain.outbox.message import OutboxKind
from fastauth.domain.outbox.sealed import seal_content
from fastauth.domain.secret_box import SecretBox

_ADD = insert(outbox)


class SqlOutbox:
    """See `fastauth.domain.outbox.ports.Outbox`."""

    def __init__(self, *, connections: Connections, box: SecretBox) -> None:
        self._connections = connections
        self._box = box

    async def add(  # noqa: PLR0913  the columns of a row
        self,
        kind: OutboxKind,
        content: Mapping[str, str],
        *,
        user_id: UserId | None,
        now: datetime,
        due_at: datetime | None = None,
        expires_at: datetime | None = None,
    ) -> str:
        """Insert a row."""
        entry_id = token_hex(16)
        values = {
            "id": entry_id,
            "kind": kind.value,
            "user_id": user_id,
            "sealed": seal_content(content, self._box),
            "created_at": now,
            "due_at": due_at or now,
            "expires_at": expires_at,
        }
        await self._connections.execute(_ADD, values)
        return entry_id

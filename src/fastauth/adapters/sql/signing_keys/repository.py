"""Signing keys in the table ``signing_key``."""

from typing import Any

from sqlalchemy import Row, bindparam, delete, select, update

from fastauth.adapters.sql.database.connections import Connections
from fastauth.adapters.sql.database.statements import insert_on_conflict_do_nothing
from fastauth.adapters.sql.events.audit_columns import AuditColumns
from fastauth.adapters.sql.events.audited_statement import AuditedStatement
from fastauth.adapters.sql.signing_keys.tables import signing_key
from fastauth.domain.audit.event import EventType
from fastauth.domain.signing_keys.key_set import KeySet
from fastauth.domain.signing_keys.signing_key import SigningKey

_ALL = select(signing_key).order_by(signing_key.c.number)
_ADD = AuditedStatement(
    insert_on_conflict_do_nothing(signing_key, *signing_key.columns.keys()),
    EventType.SIGNING_KEY_ROTATED,
    signing_key.c.number,
)
_HAS_KID = signing_key.c.kid == bindparam("name")
_UPDATE = update(signing_key).where(_HAS_KID).values(sealed=bindparam("new"))
_REMOVE = delete(signing_key).where(_HAS_KID)


class SqlSigningKeyRepository:
    """See `fastauth.domain.signing_keys.ports.SigningKeyRepository`."""

    def __init__(self, *, connections: Connections, audit_columns: AuditColumns) -> None:
        self._connections = connections
        self._audit_columns = audit_columns

    async def load(self) -> KeySet:
        """Read the whole table, which has a few rows."""
        return KeySet([_key(row) for row in await self._connections.execute(_ALL)])

    async def add(self, key: SigningKey) -> None:
        """Insert a row, unless its number exists."""
        values = {
            "new_number": key.sequence,
            "new_kid": key.kid,
            "new_algorithm": key.algorithm,
            "new_public_jwk": key.public_jwk,
            "new_sealed": key.encrypted_private_key,
            "new_published_at": key.published_at,
            "new_signs_from": key.active_from,
        }
        await _ADD(self._connections, values, self._audit_columns)

    async def update(self, key: SigningKey) -> None:
        """Update the column ``sealed``."""
        await self._connections.execute(_UPDATE, {"name": key.kid, "new": key.encrypted_private_key})

    async def remove(self, key: SigningKey) -> None:
        """Delete the row."""
        await self._connections.execute(_REMOVE, {"name": key.kid})


def _key(row: Row[Any]) -> SigningKey:
    return SigningKey(
        sequence=row.number,
        kid=row.kid,
        algorithm=row.algorithm,
        public_jwk=row.public_jwk,
        encrypted_private_key=row.sealed,
        published_at=row.published_at,
        active_from=row.signs_from,
    )

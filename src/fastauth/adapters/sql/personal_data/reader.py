"""Reads all that is stored of a person."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from fastauth.adapters.sql.database.connections import Connections
from fastauth.adapters.sql.personal_data.statements import exports
from fastauth.domain.accounts.user import UserId
from fastauth.domain.personal_data.ports import Rows


class SqlPersonalDataReader:
    """See `fastauth.domain.personal_data.ports.PersonalDataReader`."""

    def __init__(self, *, connections: Connections) -> None:
        self._connections = connections

    @cached_property
    def _statements(self) -> Mapping[str, Any]:
        return exports()

    async def read(self, user_id: UserId) -> Mapping[str, Rows]:
        """Run one statement for each table."""
        found = {}
        for name, statement in self._statements.items():
            rows = (await self._connections.execute(statement, {"person": user_id})).mappings().all()
            if rows:
                found[name] = [dict(row) for row in rows]
        return found

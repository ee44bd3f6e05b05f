"""A column with sealed texts."""

from collections.abc import Sequence

from sqlalchemy import Column, ColumnElement, bindparam, select, update

from fastauth.adapters.sql.database.connections import Connections
from fastauth.domain.secret_box import SealedValue


class SqlSealedColumn:
    """See `fastauth.domain.secret_box.SealedColumn`. A row is identified by its primary key."""

    def __init__(
        self,
        *,
        connections: Connections,
        column: Column[str],
        purpose: str,
        is_sealed: ColumnElement[bool] | None = None,
    ) -> None:
        """`is_sealed` selects the sealed texts of the column; without it all texts are sealed."""
        self._connections = connections
        self.name = f"{column.table.name}.{column.name}"
        self.purpose = purpose
        table = column.table
        (key,) = table.primary_key.columns
        self._first_page = (
            select(key.label("key"), column.label("sealed"))
            .where(column.is_not(None) if is_sealed is None else is_sealed)
            .order_by(key)
            .limit(bindparam("max_rows"))
        )
        self._next_page = self._first_page.where(key > bindparam("after", type_=key.type))
        self._replace = (
            update(table)
            .where(key == bindparam("row"), column == bindparam("old"))
            .values({column: bindparam("new")})
        )

    async def page(self, *, after: SealedValue | None, limit: int) -> Sequence[SealedValue]:
        """Read rows in the order of the primary key."""
        statement, values = self._first_page, dict[str, object](max_rows=limit)
        if after:
            statement = self._next_page
            values["after"] = after.key
        rows = (await self._connections.execute(statement, values)).all()
        return [SealedValue(row.key, row.sealed) for row in rows]

    async def replace(self, value: SealedValue, sealed: str) -> bool:
        """Compare and update in one statement."""
        values = {"row": value.key, "old": value.sealed, "new": sealed}
        return bool((await self._connections.execute(self._replace, values)).rowcount)

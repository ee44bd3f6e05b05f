"""Statements that write an audit event together with the change."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CTE,
    Column,
    ColumnElement,
    Connection,
    Insert,
    Row,
    Select,
    Update,
    bindparam,
    exists,
    insert,
    literal,
    select,
)

from fastauth.adapters.sql.database.connections import WRITES, Connections
from fastauth.adapters.sql.events.audit_columns import AuditColumns
from fastauth.adapters.sql.events.tables import event
from fastauth.adapters.sql.rate_limits.refund_statement import add_cte, refund_parameters, refund_with
from fastauth.adapters.sql.rate_limits.repository import apply_refunds
from fastauth.domain.audit.event import EventType
from fastauth.domain.rate_limits.refund import Refund

_SHARED_COLUMNS = ("at", "actor", "address")
_INSERT_EVENT = insert(event)


class AuditedStatement:
    """A statement that changes at most one row, and inserts an event only if it changed one.

    PostgreSQL runs both as one statement, so the event needs no round trip. In SQLite a ``WITH`` clause
    can only read, so they are two statements in one transaction.
    """

    def __init__(  # noqa: PLR0913  the parts of one statement
        self,
        statement: Insert | Update | dict[str, Insert],
        event_type: EventType,
        *returned: Column[Any],
        after: Sequence[Update] = (),
        also: Update | None = None,
        if_now: Column[Any] | None = None,
        look_up: Callable[[ColumnElement[Any]], ColumnElement[Any]] | None = None,
        **subject: Column[Any],
    ) -> None:
        """Create the statement; a dictionary has one for each dialect.

        `subject` maps columns of the event to `returned` columns. `after` are statements that SQLite runs
        before, of which each must change a row; for PostgreSQL they are a part of the statement. `also` is a
        second statement, which runs only if the first changed a row; the two must not change the same row.
        With `if_now` the event is inserted only if that column has the value of the parameter ``now`` after
        the change. `look_up` returns a further column of the result, for the id of the user.
        """
        by_dialect = (
            statement if isinstance(statement, dict) else {"postgresql": statement, "sqlite": statement}
        )
        self._event_type = event_type
        self._subject = {name: column.name for name, column in subject.items()}
        self._for_sqlite = by_dialect["sqlite"].returning(*returned)
        self._after = after
        self._also = also
        self._if_now = None if if_now is None else if_now.name
        self._with_look_up = _row_with(look_up, *returned) if look_up else None

        changed = by_dialect["postgresql"].returning(*returned).cte("changed")
        shared = (bindparam(f"event_{name}", type_=event.c[name].type) for name in _SHARED_COLUMNS)
        new_event = select(
            *shared, literal(event_type.value), *(changed.c[name] for name in self._subject.values())
        ).select_from(changed)
        if if_now is not None:
            new_event = new_event.where(changed.c[if_now.name] == bindparam("now", type_=if_now.type))
        inserted = insert(event).from_select([*_SHARED_COLUMNS, "kind", *subject], new_event).cte("audited")
        result = [*changed.c, *([look_up(changed.c.user_id)] if look_up else [])]
        self.for_postgres = select(*result).add_cte(inserted)
        if also is not None:
            only_if_changed = also.where(exists().select_from(changed))
            self.for_postgres = self.for_postgres.add_cte(only_if_changed.cte("also"))
        self.for_postgres = self.for_postgres.execution_options(**{WRITES: True})

    async def __call__(
        self,
        connections: Connections,
        values: Mapping[str, object],
        audit_columns: AuditColumns,
        *,
        refunds: tuple[Refund, ...] = (),
        now: datetime | None = None,
    ) -> Row[Any] | None:
        """Run the statement with `values`; return the changed row, ``None`` if there was none.

        If a row was changed, `refunds` are applied as of `now`.
        """
        shared = audit_columns.columns()
        if connections.dialect.name == "postgresql":
            parameters = {**values, **{f"event_{name}": shared[name] for name in _SHARED_COLUMNS}}
            statement = self.for_postgres
            if refunds and now:
                parameters |= refund_parameters(refunds, now)
                statement = self.with_refunds(refund_with(refunds, "changed"))
            return (await connections.execute(statement, parameters)).one_or_none()

        def work(connection: Connection) -> Row[Any] | None:
            row = self._run_on_sqlite(connection, values, shared)
            if row and refunds and now:
                apply_refunds(connection, refunds, now)
            return row

        return await connections.run_in_transaction(work)

    def with_refunds(self, refunds: CTE) -> Select[Any]:
        """Return the statement for PostgreSQL, extended by `refunds`."""
        return add_cte(self.for_postgres, refunds)

    def _run_on_sqlite(
        self, connection: Connection, values: Mapping[str, object], shared: Mapping[str, object]
    ) -> Row[Any] | None:
        if not all(connection.execute(each, values).rowcount for each in self._after):
            return None
        row = connection.execute(self._for_sqlite, values).one_or_none()
        if row and self._also is not None:
            connection.execute(self._also, values)
        if row and (self._if_now is None or getattr(row, self._if_now) == values["now"]):
            subject = {name: getattr(row, column) for name, column in self._subject.items()}
            connection.execute(_INSERT_EVENT, {**shared, **subject, "kind": self._event_type.value})
        if row and self._with_look_up is not None:
            return connection.execute(self._with_look_up, {"changed_id": row.id}).one()
        return row


def _row_with(
    look_up: Callable[[ColumnElement[Any]], ColumnElement[Any]], *returned: Column[Any]
) -> Select[Any]:
    """Return the statement that reads a changed row again: SQLite correlates no subquery in RETURNING."""
    table = returned[0].table
    return select(*returned, look_up(table.c.user_id)).where(table.c.id == bindparam("changed_id"))

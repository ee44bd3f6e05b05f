"""Acts that are recorded where they are done."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    CTE,
    Column,
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
from fastauth.adapters.sql.events.event_context import AuditColumns
from fastauth.adapters.sql.events.tables import event
from fastauth.adapters.sql.rate_limits.refund_statement import refund_parameters, refund_with
from fastauth.adapters.sql.rate_limits.repository import apply_refunds
from fastauth.domain.audit.event import EventType
from fastauth.domain.rate_limits.counting import Refund

_NOTED = ("at", "actor", "address")
_TELL = insert(event)


@lru_cache(maxsize=128)
def _with(statement: Select[Any], other: CTE) -> Select[Any]:
    """Return the same object each time: SQLAlchemy keeps the key of its cache with it."""
    return statement.add_cte(other)


class AuditedStatement:
    """A statement that changes one row at most, and the event that tells of it: both, or neither.

    Postgres does them in one statement, so the event costs no round trip. In SQLite a ``WITH`` can
    only read: there they are two statements of one transaction.
    """

    def __init__(
        self,
        act: Insert | Update | dict[str, Insert],
        event_type: EventType,
        *returned: Column[Any],
        also: Update | None = None,
        if_now: Column[Any] | None = None,
        **subject: Column[Any],
    ) -> None:
        """Tell of `act` as an event of `event_type`, whose `subject` is found among what it has `returned`.

        `also` is done with it, and only if it changed a row; the two must not change the same one. With
        `if_now` there is an event only where that column has become the value of the parameter ``now``.
        """
        of_dialect = act if isinstance(act, dict) else {"postgresql": act, "sqlite": act}
        self._event_type = event_type
        self._subject = {name: column.name for name, column in subject.items()}
        self._act = of_dialect["sqlite"].returning(*returned)
        self._also = also
        self._if_now = None if if_now is None else if_now.name

        done = of_dialect["postgresql"].returning(*returned).cte("done")
        noted = (bindparam(f"event_{name}", type_=event.c[name].type) for name in _NOTED)
        telling = select(
            *noted, literal(event_type.value), *(done.c[name] for name in self._subject.values())
        )
        telling = telling.select_from(done)
        if if_now is not None:
            telling = telling.where(done.c[if_now.name] == bindparam("now", type_=if_now.type))
        told = insert(event).from_select([*_NOTED, "kind", *subject], telling).cte("told")
        self._both = select(done).add_cte(told)
        if also is not None:
            self._both = self._both.add_cte(also.where(exists().select_from(done)).cte("also_done"))
        self._both = self._both.execution_options(**{WRITES: True})

    async def __call__(
        self,
        connections: Connections,
        values: Mapping[str, object],
        audit_columns: AuditColumns,
        *,
        refunds: tuple[Refund, ...] = (),
        now: datetime | None = None,
    ) -> Row[Any] | None:
        """Do it with these `values`; return the row, or ``None`` where there was nothing to do.

        If it was done, `refunds` are given back with it, as of `now`.
        """
        noted = audit_columns.columns()
        if connections.dialect.name == "postgresql":
            both = {**values, **{f"event_{name}": noted[name] for name in _NOTED}}
            statement = self._both
            if refunds and now:
                both |= refund_parameters(refunds, now)
                statement = self.with_refunds(refund_with(refunds, "done"))
            return (await connections.execute(statement, both)).one_or_none()

        def act(connection: Connection) -> Row[Any] | None:
            row = self._one_by_one(connection, values, noted)
            if row and refunds and now:
                apply_refunds(connection, refunds, now)
            return row

        return await connections.run_in_transaction(act)

    def with_refunds(self, given_back: CTE) -> Select[Any]:
        """Return the statement that does both."""
        return _with(self._both, given_back)

    def _one_by_one(
        self, connection: Connection, values: Mapping[str, object], noted: Mapping[str, object]
    ) -> Row[Any] | None:
        row = connection.execute(self._act, values).one_or_none()
        if row and self._also is not None:
            connection.execute(self._also, values)
        if row and (self._if_now is None or getattr(row, self._if_now) == values["now"]):
            subject = {name: getattr(row, column) for name, column in self._subject.items()}
            connection.execute(_TELL, {**noted, **subject, "kind": self._event_type.value})
        return row

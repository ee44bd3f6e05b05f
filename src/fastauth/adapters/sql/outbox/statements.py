"""The statements of the queue."""

from sqlalchemy import ColumnElement, Select, Text, Update, and_, bindparam, case, func, or_, select, update

from fastauth.adapters.sql.database.types import UtcDateTime
from fastauth.adapters.sql.outbox.tables import outbox
from fastauth.domain.outbox.schedule import MAX_ATTEMPTS

NOW = bindparam("at", type_=UtcDateTime)
"""The parameter ``at``: the current time."""

_IS_WAITING = outbox.c.done_at.is_(None)  # written as in the partial index, so that it is used
_HAS_ID = outbox.c.id == bindparam("entry_id")

_due = and_(_IS_WAITING, outbox.c.due_at <= NOW, outbox.c.kind.in_(bindparam("kinds", expanding=True)))
IS_ANY_DUE = select(outbox.c.id).where(_due).order_by(outbox.c.due_at).limit(1)


def crash_parameter(attempts: int) -> str:
    """Return the name of the parameter with the time at which an attempt of this number is repeated."""
    return f"after_crash_{attempts}"


def _claim(oldest_due: Select[str]) -> Update:
    """Return the statement that leases entries.

    A leased entry has its next attempt as `due_at` already. So the search for due entries reads the index
    alone, and an entry whose process died is due again without further work.
    """
    next_due: ColumnElement[object] = case(
        {
            attempts - 1: bindparam(crash_parameter(attempts), type_=UtcDateTime)
            for attempts in range(1, MAX_ATTEMPTS)
        },
        value=outbox.c.attempts,
        else_=bindparam(crash_parameter(MAX_ATTEMPTS), type_=UtcDateTime),
    )
    return (
        update(outbox)
        .where(outbox.c.id.in_(oldest_due))
        .values(
            attempts=outbox.c.attempts + 1,
            leased_until=bindparam("lease_ends_at", type_=UtcDateTime),
            due_at=next_due,
        )
        .returning(
            outbox.c.id,
            outbox.c.kind,
            outbox.c.user_id,
            outbox.c.sealed,
            outbox.c.attempts,
            outbox.c.created_at,
            outbox.c.expires_at,
        )
    )


_oldest_due = select(outbox.c.id).where(_due).order_by(outbox.c.due_at).limit(bindparam("max_rows"))
# PostgreSQL evaluates a common table expression once. It may evaluate a subquery of IN for each row, and then
# claim more rows than the limit, because each evaluation skips the rows that are locked already.
_locked = _oldest_due.with_for_update(skip_locked=True).cte("due")
CLAIM = {"sqlite": _claim(_oldest_due), "postgresql": _claim(select(_locked.c.id))}

COMPLETE = (
    update(outbox)
    .where(_HAS_ID, _IS_WAITING)
    .values(
        done_at=NOW,
        outcome=bindparam("new_outcome"),
        error=func.coalesce(bindparam("new_error", type_=Text), outbox.c.error),
        sealed=None,
        leased_until=None,
    )
)
_give_back = (
    update(outbox)
    .where(_HAS_ID, _IS_WAITING, outbox.c.attempts == bindparam("claimed_attempts"))
    .values(due_at=bindparam("new_due_at", type_=UtcDateTime), leased_until=None)
)
RETRY = _give_back.values(error=bindparam("new_error"))
RELEASE = _give_back.values(attempts=outbox.c.attempts - 1)

MAKE_ALL_DUE = (
    update(outbox)
    .where(_IS_WAITING, or_(outbox.c.leased_until.is_(None), outbox.c.leased_until <= NOW))
    .values(due_at=NOW)
)
MAKE_DUE = MAKE_ALL_DUE.where(_HAS_ID)

_record = select(*(column for column in outbox.c if column is not outbox.c.sealed)).limit(
    bindparam("max_rows")
)
WAITING = _record.where(_IS_WAITING).order_by(outbox.c.due_at, outbox.c.id)
DONE = _record.where(outbox.c.done_at.is_not(None)).order_by(outbox.c.done_at.desc(), outbox.c.id)
_AFTER_AT = bindparam("after_at", type_=UtcDateTime)
_AFTER_ID = bindparam("after_id", type_=Text)
# The first comparison alone lets the index be used.
WAITING_AFTER = WAITING.where(
    outbox.c.due_at >= _AFTER_AT, or_(outbox.c.due_at > _AFTER_AT, outbox.c.id > _AFTER_ID)
)
DONE_AFTER = DONE.where(
    outbox.c.done_at <= _AFTER_AT, or_(outbox.c.done_at < _AFTER_AT, outbox.c.id > _AFTER_ID)
)
BACKLOG = select(
    func.count().label("waiting"),
    func.min(case((outbox.c.due_at <= NOW, outbox.c.due_at)), type_=UtcDateTime).label("oldest_due"),
).where(_IS_WAITING)

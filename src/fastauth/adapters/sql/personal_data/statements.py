"""Statements of exports and erasures, made from the register of columns."""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    Update,
    bindparam,
    case,
    delete,
    or_,
    select,
    update,
)

from fastauth.adapters.sql.accounts.tables import user_info
from fastauth.adapters.sql.database.types import UtcDateTime, metadata
from fastauth.adapters.sql.events.tables import event
from fastauth.adapters.sql.personal_data.tables import erasure
from fastauth.domain.personal_data.column import Cleared, DataTable
from fastauth.domain.personal_data.register import REGISTER

_USER: BindParameter[int] = bindparam("person")
_ERASED = select(erasure.c.user_id).where(erasure.c.erased_at >= bindparam("erased_since", type_=UtcDateTime))
_BY_THEMSELVES = or_(event.c.actor_id.is_(None), event.c.actor_id == _USER)


def exports() -> dict[str, Select[Any]]:
    """Return the statement that reads the exported columns of a person, for each table that has some.

    Tables are described by modules that are imported later than this one, so it is a function.
    """
    return {table.name: _export(table) for table in REGISTER if _exported(table)}


def clearing() -> list[Update]:
    """Return the statements that clear what relates to a person in rows that stay."""
    # Failed log-ins name no account, but the digest of a username.
    failed = event.c.name_digest.in_(bindparam("tried_names", expanding=True))
    return [
        *_clearing(lambda column: column == _USER),
        update(event).where(failed).values(address=None, name_digest=None),
    ]


def clearing_again() -> list[Update]:
    """Return the statements that clear the same in rows of all accounts that were erased since a time."""
    return list(_clearing(lambda column: column.in_(_ERASED)))


DELETE_ACCOUNT = delete(user_info).where(user_info.c.id == _USER)
"""Rows of other tables go with it, by foreign keys that cascade."""


def _exported(table: DataTable) -> list[str]:
    return [column.name for column in table.columns if column.exported] if table.subject else []


def _export(table: DataTable) -> Select[Any]:
    stored = metadata.tables[table.name]
    columns: list[ColumnElement[Any]] = [stored.c[name] for name in _exported(table)]
    if stored is event:
        columns.remove(event.c.address)
        columns.append(case((_BY_THEMSELVES, event.c.address)).label("address"))
    return (
        select(*columns).where(stored.c[table.subject or ""] == _USER).order_by(*stored.primary_key.columns)
    )


def _clearing(is_person: Callable[[ColumnElement[Any]], ColumnElement[bool]]) -> Iterator[Update]:
    for table in REGISTER:
        stored = metadata.tables[table.name]
        for fate in dict.fromkeys(column.on_erase for column in table.columns):
            if isinstance(fate, Cleared) and table.subject:
                names = [column.name for column in table.columns if column.on_erase == fate]
                is_left = or_(*(stored.c[name].is_not(None) for name in names))
                rows = update(stored).where(is_person(stored.c[table.subject]), is_left)
                if fate.unless_kind:
                    rows = rows.where(stored.c.kind.not_in(fate.unless_kind))
                yield rows.values(dict.fromkeys(names))
    # Acts of the person on others: the address is that of the person.
    acts = event.c.address.is_not(None) & is_person(event.c.actor_id)
    yield update(event).where(acts).values(address=None)

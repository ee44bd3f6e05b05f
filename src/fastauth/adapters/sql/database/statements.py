"""Statements that several repositories use."""

from sqlalchemy import Insert, Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite


def insert_on_conflict_do_nothing(table: Table, key: str, *others: str) -> dict[str, Insert]:
    """Return, by dialect, an INSERT of one row that does nothing if `key` exists already.

    The unique constraint decides: a SELECT before the INSERT would be a race. The parameter of a column
    is its name with the prefix ``new_``.
    """
    values = {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in (key, *others)}
    return {
        "sqlite": sqlite.insert(table).values(values).on_conflict_do_nothing(index_elements=[key]),
        "postgresql": postgresql.insert(table).values(values).on_conflict_do_nothing(index_elements=[key]),
    }

"""Insertions that leave to the database whether there is room."""

from sqlalchemy import Insert, Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite


def insert_on_conflict_do_nothing(table: Table, key: str, *others: str) -> dict[str, Insert]:
    """Return a statement for each dialect that inserts nothing where `key` is there already.

    The constraint decides: a look-up before could always be too early. The value of a column is the
    parameter of its name with ``new_`` before it.
    """
    values = {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in (key, *others)}
    return {
        "sqlite": sqlite.insert(table).values(values).on_conflict_do_nothing(index_elements=[key]),
        "postgresql": postgresql.insert(table).values(values).on_conflict_do_nothing(index_elements=[key]),
    }

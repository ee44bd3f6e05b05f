"""Insertions that leave to the database whether there is room."""

from sqlalchemy import Insert, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_unless_taken(table: Table, key: str) -> dict[str, Insert]:
    """Return a statement for each dialect that inserts nothing where `key` is there already.

    The constraint decides: a look-up before could always be too early.
    """
    return {
        "sqlite": sqlite.insert(table).on_conflict_do_nothing(index_elements=[key]),
        "postgresql": postgresql.insert(table).on_conflict_do_nothing(index_elements=[key]),
    }

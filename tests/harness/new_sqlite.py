"""The script that creates the newest schema in an empty SQLite database.

`python -m tests.harness.new_sqlite` runs the migrations and writes it anew, which every new migration needs.
"""

import re
import sqlite3
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import create_engine
from tests.harness.migrations import migrate_to

from fastauth.adapters.sql.database.new_sqlite import SCRIPT

PAST = "'1970-01-01 00:00:00.000000'"
"""For the one default that depends on the time of a migration: when the sessions of version 0.1 are swept."""


def statements_after_migrations(directory: Path) -> list[str]:
    """Return the statements that lead to the same database as all migrations."""
    file = directory / "migrated.db"
    engine = create_engine(f"sqlite:///{file}")
    migrate_to("head", engine)
    engine.dispose()
    return [
        re.sub(r"(sweep_at DATETIME DEFAULT) '[^']+'", rf"\1 {PAST}", line) for line in statements_of(file)
    ]


def statements_of(file: Path) -> list[str]:
    """Return the statements that create a database: tables and indexes in their order, then rows."""
    connection = sqlite3.connect(file)
    try:
        schema = connection.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY rowid"
        ).fetchall()
        tables = [name for kind, name, _ in schema if kind == "table"]
        return [
            *(re.sub(r"\s+", " ", sql) for _, _, sql in schema),
            *(row for name in tables for row in _rows(connection, name)),
        ]
    finally:
        connection.close()


def _rows(connection: sqlite3.Connection, table: str) -> list[str]:
    columns = [column[1] for column in connection.execute(f"PRAGMA table_info({table})")]
    values = " || ', ' || ".join(f'quote("{column}")' for column in columns)
    rows = connection.execute(f"SELECT {values} FROM {table} ORDER BY rowid")  # noqa: S608  names of the schema
    return [f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({row})" for (row,) in rows]  # noqa: S608  see above


if __name__ == "__main__":
    with TemporaryDirectory() as directory:
        SCRIPT.write_text("\n".join(statements_after_migrations(Path(directory))) + "\n", encoding="utf-8")

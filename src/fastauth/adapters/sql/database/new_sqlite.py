"""Creates the newest schema in an empty SQLite database, without running one migration after the other.

Importing Alembic and running every migration takes several times as long as these statements.
"""

from pathlib import Path

from sqlalchemy import Connection, column, func, select, table

SCRIPT = Path(__file__).parent.with_name("migrations") / "new_sqlite.sql"
"""One statement a line: what the migrations leave. ``python -m tests.harness.new_sqlite`` writes it."""

_schema = table("sqlite_master", column("name"))


def create_if_empty(connection: Connection) -> None:
    """Run the script unless the database has a table, which may be that of another application."""
    if connection.dialect.name != "sqlite" or connection.scalar(select(func.count()).select_from(_schema)):
        return
    for statement in SCRIPT.read_text(encoding="utf-8").splitlines():
        connection.exec_driver_sql(statement)

"""Alembic's way in. The caller brings the connection and its transaction; see ``migrate.py``."""

from alembic import context

from fastauth.adapters.sql.database.migrate import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"], transactional_ddl=False, version_table=VERSION_TABLE
)
context.run_migrations()

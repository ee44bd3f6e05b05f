"""Alembic runs this file for each migration. ``migrate.py`` provides the connection and the transaction."""

from alembic import context

from fastauth.adapters.sql.database.alembic_version import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"], transactional_ddl=False, version_table=VERSION_TABLE
)
context.run_migrations()

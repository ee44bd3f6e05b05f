"""Alembic's way in. The caller brings the connection and its transaction; see ``migrate.py``."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=False)
context.run_migrations()

"""SQLite and Postgres, through SQLAlchemy Core: one adapter for both."""

from fastauth.adapters.sql.engine import Database as Database
from fastauth.adapters.sql.failures import SchemaBehind as SchemaBehind
from fastauth.adapters.sql.migrate import MigrationRefused as MigrationRefused
from fastauth.adapters.sql.migrate import migrate as migrate
from fastauth.adapters.sql.users import SqlUserRepository as SqlUserRepository

"""SQLite and Postgres, through SQLAlchemy Core: one adapter for both."""

from fastauth.adapters.sql.audit import SqlAuditTrail as SqlAuditTrail
from fastauth.adapters.sql.census import SqlSessionCensus as SqlSessionCensus
from fastauth.adapters.sql.directory import SqlUserDirectory as SqlUserDirectory
from fastauth.adapters.sql.engine import DEADLINE as DEADLINE
from fastauth.adapters.sql.engine import OPERATOR_DEADLINE as OPERATOR_DEADLINE
from fastauth.adapters.sql.engine import START_DEADLINE as START_DEADLINE
from fastauth.adapters.sql.engine import Database as Database
from fastauth.adapters.sql.events import Scribe as Scribe
from fastauth.adapters.sql.events import SqlEventLog as SqlEventLog
from fastauth.adapters.sql.failures import SchemaBehind as SchemaBehind
from fastauth.adapters.sql.hash_kinds import SqlHashCensus as SqlHashCensus
from fastauth.adapters.sql.intake import SqlUserIntake as SqlUserIntake
from fastauth.adapters.sql.keys import SqlSigningKeyRepository as SqlSigningKeyRepository
from fastauth.adapters.sql.migrate import MigrationRefused as MigrationRefused
from fastauth.adapters.sql.migrate import migrate as migrate
from fastauth.adapters.sql.server import ServerState as ServerState
from fastauth.adapters.sql.sessions import SqlSessionRepository as SqlSessionRepository
from fastauth.adapters.sql.sweeper import SqlSweeper as SqlSweeper
from fastauth.adapters.sql.tallies import SqlTallyRepository as SqlTallyRepository
from fastauth.adapters.sql.unit_of_work import SqlUnitOfWork as SqlUnitOfWork
from fastauth.adapters.sql.users import SqlUserRepository as SqlUserRepository

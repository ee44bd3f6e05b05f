"""The adapter behind each port to the database."""

from dependency_injector.providers import Provider, Singleton

from fastauth.adapters.sql import (
    SqlAuditTrail,
    SqlEventLog,
    SqlSessionRepository,
    SqlSigningKeyRepository,
    SqlSweeper,
    SqlTallyRepository,
    SqlUnitOfWork,
    SqlUserDirectory,
    SqlUserIntake,
    SqlUserRepository,
)
from fastauth.domain.accounts.ports import UserDirectory, UserIntake, UserRepository
from fastauth.domain.audit.ports import AuditTrail, EventLog
from fastauth.domain.operations.ports import Sweeper
from fastauth.domain.rate_limits.ports import TallyRepository
from fastauth.domain.sessions.ports import SessionRepository
from fastauth.domain.signing_keys.ports import SigningKeyRepository
from fastauth.domain.unit_of_work import UnitOfWork
from fastauth.entrypoints.container.shared import Shared


class Storage(Shared):
    """Repositories. A use case of one capability may use the repository of another."""

    _connections = Shared.database.provided.autocommit

    users: Provider[UserRepository] = Singleton(
        SqlUserRepository, connections=_connections, scribe=Shared.scribe
    )
    directory: Provider[UserDirectory] = Singleton(SqlUserDirectory, connections=_connections)
    intake: Provider[UserIntake] = Singleton(SqlUserIntake, connections=_connections)
    sessions: Provider[SessionRepository] = Singleton(
        SqlSessionRepository, connections=_connections, scribe=Shared.scribe
    )
    signing_keys: Provider[SigningKeyRepository] = Singleton(
        SqlSigningKeyRepository, connections=_connections, scribe=Shared.scribe
    )
    tallies: Provider[TallyRepository] = Singleton(SqlTallyRepository, connections=_connections)
    events: Provider[EventLog] = Singleton(SqlEventLog, connections=_connections, scribe=Shared.scribe)
    audit_trail: Provider[AuditTrail] = Singleton(SqlAuditTrail, connections=_connections)
    sweeper: Provider[Sweeper] = Singleton(SqlSweeper, connections=_connections)
    unit_of_work: Provider[UnitOfWork] = Singleton(
        SqlUnitOfWork, transactions=Shared.database.provided.transactions, scribe=Shared.scribe
    )

"""Providers of operations: readiness, purges and the session count."""

from dependency_injector.providers import Provider, Singleton

from fastauth.adapters.sql import CountActiveSessions, SqlSigningKeyRepository
from fastauth.application.operations.check_readiness import CheckReadiness
from fastauth.application.operations.purge_counters import PurgeCounters
from fastauth.application.operations.purge_one_time_tokens import PurgeOneTimeTokens
from fastauth.application.operations.purge_sessions import PurgeSessions
from fastauth.application.operations.share_readiness import ShareReadiness
from fastauth.domain.signing_keys.ports import SigningKeyRepository
from fastauth.entrypoints.container.shared import Shared
from fastauth.entrypoints.container.signing_keys import SigningKeys
from fastauth.entrypoints.container.storage import Storage
from fastauth.entrypoints.container.use_cases import use_case


class Operations(Shared):
    """See `fastauth.domain.operations`."""

    readiness_keys: Provider[SigningKeyRepository] = Singleton(
        SqlSigningKeyRepository,
        connections=Shared.database.provided.probes,
        audit_columns=Shared.audit_columns,
    )
    active_sessions: Provider[CountActiveSessions] = Singleton(
        CountActiveSessions, connections=Shared.database.provided.unpooled, clock=Shared.clock
    )

    check_readiness: Provider[ShareReadiness] = Singleton(
        ShareReadiness,
        check=use_case(
            CheckReadiness,
            storage=Shared.database,
            keys=readiness_keys,
            key_generator=SigningKeys.key_generator,
            clock=Shared.clock,
        ),
        clock=Shared.clock,
    )
    purge_sessions = use_case(PurgeSessions, expired_rows=Storage.expired_rows, clock=Shared.clock)
    purge_counters = use_case(PurgeCounters, expired_rows=Storage.expired_rows, clock=Shared.clock)
    purge_one_time_tokens = use_case(
        PurgeOneTimeTokens, expired_rows=Storage.expired_rows, clock=Shared.clock
    )

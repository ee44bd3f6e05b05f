"""Providers of operations: readiness, purges and the session count."""

from collections.abc import Awaitable, Callable, Iterable, Mapping

from dependency_injector.providers import Provider, Singleton

from fastauth.adapters.sql import CountActiveSessions, SqlSigningKeyRepository
from fastauth.application.operations.check_readiness import CheckReadiness
from fastauth.application.operations.purge_rows import PurgeRows
from fastauth.application.operations.share_readiness import ShareReadiness
from fastauth.domain.clock import Clock
from fastauth.domain.operations.ports import ExpiredRows
from fastauth.domain.operations.purges import Purge, all_purges
from fastauth.domain.signing_keys.ports import SigningKeyRepository
from fastauth.entrypoints.container.shared import Shared
from fastauth.entrypoints.container.signing_keys import SigningKeys
from fastauth.entrypoints.container.storage import Storage
from fastauth.entrypoints.container.use_cases import use_case
from fastauth.entrypoints.observability.instrumentation import Instrumentations, instrument_use_case

Purges = Mapping[str, Callable[[], Awaitable[int]]]


def instrumented_purges(
    by: Instrumentations, purges: Iterable[Purge], *, expired_rows: ExpiredRows, clock: Clock
) -> Purges:
    """Return each purge as a use case, by the name of its task."""
    return {
        purge.task: instrument_use_case(
            by, purge.use_case, PurgeRows(purge=purge, expired_rows=expired_rows, clock=clock)
        )
        for purge in purges
    }


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
    purges: Provider[Purges] = Singleton(
        instrumented_purges,
        Shared.instrumentations,
        Singleton(all_purges, Shared.retention),
        expired_rows=Storage.expired_rows,
        clock=Shared.clock,
    )

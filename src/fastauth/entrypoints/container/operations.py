"""Operations: readiness, and what is removed or counted in the background."""

from dependency_injector.providers import Provider, Singleton

from fastauth.adapters.sql import SqlSessionCensus, SqlSigningKeyRepository
from fastauth.application.operations.check_readiness import CheckReadiness, ShareReadiness
from fastauth.application.operations.purge_expired import SweepSessions, SweepTallies
from fastauth.domain.signing_keys.ports import SigningKeyRepository
from fastauth.entrypoints.container.shared import Shared
from fastauth.entrypoints.container.signing_keys import SigningKeys
from fastauth.entrypoints.container.storage import Storage
from fastauth.entrypoints.container.use_cases import use_case


class Operations(Shared):
    """See `fastauth.domain.operations`."""

    probed_keys: Provider[SigningKeyRepository] = Singleton(
        SqlSigningKeyRepository, connections=Shared.database.provided.probes, scribe=Shared.scribe
    )
    census: Provider[SqlSessionCensus] = Singleton(
        SqlSessionCensus, connections=Shared.database.provided.apart, clock=Shared.clock
    )

    check_readiness: Provider[ShareReadiness] = Singleton(
        ShareReadiness,
        check=use_case(
            CheckReadiness,
            storage=Shared.database,
            keys=probed_keys,
            smith=SigningKeys.smith,
            clock=Shared.clock,
        ),
        clock=Shared.clock,
    )
    sweep_sessions = use_case(SweepSessions, sweeper=Storage.sweeper, clock=Shared.clock)
    sweep_tallies = use_case(SweepTallies, sweeper=Storage.sweeper, clock=Shared.clock)

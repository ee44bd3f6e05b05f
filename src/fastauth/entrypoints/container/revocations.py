"""Providers of the revocation feed."""

from dependency_injector.providers import Provider, Singleton

from fastauth.application.revocations.read_revocations import ReadRevocations
from fastauth.application.revocations.recent_revocations import RecentRevocations
from fastauth.entrypoints.container.sessions import Sessions
from fastauth.entrypoints.container.shared import Shared
from fastauth.entrypoints.container.storage import Storage
from fastauth.entrypoints.container.use_cases import use_case


class Revocations(Shared):
    """See `fastauth.domain.revocations`."""

    recent_revocations: Provider[RecentRevocations] = Singleton(
        RecentRevocations, reader=Storage.revocation_reader, clock=Shared.clock
    )
    read_revocations = use_case(
        ReadRevocations,
        recent=recent_revocations,
        reader=Storage.revocation_reader,
        token_lifetime=Sessions.access_token_policy.provided.lifetime,
        clock=Shared.clock,
    )

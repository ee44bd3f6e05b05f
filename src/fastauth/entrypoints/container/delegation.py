"""The provider of transactions that act on others."""

from dependency_injector.providers import Object, Provider, Singleton

from fastauth.application.delegation.delegation import Delegation
from fastauth.entrypoints.container.shared import Shared
from fastauth.entrypoints.container.storage import Storage
from fastauth.entrypoints.request_origin import attributed_to


class Delegations(Shared):
    """See `fastauth.domain.delegation`."""

    delegation: Provider[Delegation] = Singleton(
        Delegation,
        unit_of_work=Storage.unit_of_work,
        attributed_to=Object(attributed_to),
        clock=Shared.clock,
    )

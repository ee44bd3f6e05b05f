"""Providers of requests that a client may send again."""

from dependency_injector.providers import Object, Provider, Singleton

from fastauth.application.idempotency.run_once import RunOnce
from fastauth.domain.idempotency.key import RepeatableRequests
from fastauth.entrypoints.container.shared import Shared, make_with_keys
from fastauth.entrypoints.container.storage import Storage


class Idempotency(Shared):
    """See `fastauth.domain.idempotency`; the repository is in `Storage`."""

    repeatable_requests: Provider[RepeatableRequests] = Singleton(
        make_with_keys, Object(RepeatableRequests), Shared.secret_keys
    )
    run_once: Provider[RunOnce] = Singleton(
        RunOnce,
        unit_of_work=Storage.unit_of_work,
        secret_box=Shared.secret_box,
        clock=Shared.clock,
    )

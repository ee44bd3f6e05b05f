"""Optional instrumentation: metrics and traces, which the settings ask for.

Neither use cases nor the other adapters know of it.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager
from functools import reduce
from importlib.metadata import version
from typing import ParamSpec, Protocol, TypeVar

from sqlalchemy import Engine
from starlette.types import Scope

from fastauth.adapters.passwords import HashObserver
from fastauth.adapters.sql import Database
from fastauth.entrypoints.settings import Settings

Given = ParamSpec("Given")
Result = TypeVar("Result")

RequestObserver = Callable[[int | None, str | None], None]
"""Takes the status of the response and the template of the route; ``None`` if there is none."""


class Instrumentation(Protocol):
    """Records what is done and how long it takes, and never what was sent."""

    def request(self, scope: Scope) -> AbstractContextManager[RequestObserver]:
        """Return a context that surrounds an HTTP request; call what it yields once at the end."""

    def use_case(
        self, name: str, use_case: Callable[Given, Awaitable[Result]]
    ) -> Callable[Given, Awaitable[Result]]:
        """Return the use case of this name, instrumented."""

    def pages(
        self, name: str, use_case: Callable[Given, AsyncIterator[Result]]
    ) -> Callable[Given, AsyncIterator[Result]]:
        """Return the use case of this name, which yields one page after the other, instrumented."""

    def hashing(self) -> AbstractContextManager[AbstractContextManager[object]]:
        """Return what surrounds a password hash. See `fastauth.adapters.passwords.HashObserver`."""

    def database(self, engine: Engine) -> None:
        """Instrument the connections and statements of `engine` from now on."""

    def connection_rejected(self, reason: str, status: str) -> None:
        """Record a connection that was closed before its request; without an answer `status` is ``-``."""

    async def collect(self, count_sessions: Callable[[], Awaitable[int]]) -> None:
        """Collect, once a minute, what must be asked for. `count_sessions` is expensive if there are many."""


Instrumentations = tuple[Instrumentation, ...]


def instrumentations(settings: Settings) -> Instrumentations:
    """Return those that the settings ask for. The packages of the others are not even imported."""
    found: list[Instrumentation] = []
    if settings.metrics_port:
        from fastauth.adapters.prometheus import PrometheusInstrumentation  # noqa: PLC0415  only who asks for metrics needs it

        found.append(PrometheusInstrumentation(version=version("fastauth"), workers=settings.workers))
    if settings.tracing == "otlp":
        from fastauth.adapters.opentelemetry import OpenTelemetryInstrumentation, otlp  # noqa: PLC0415  only who asks for traces needs it

        found.append(OpenTelemetryInstrumentation(otlp()))
    return tuple(found)


def instrument_use_case(
    by: Instrumentations, name: str, use_case: Callable[Given, Awaitable[Result]]
) -> Callable[Given, Awaitable[Result]]:
    """Return `use_case`, instrumented by each of `by`."""
    return reduce(lambda inner, each: each.use_case(name, inner), by, use_case)


def instrument_pages(
    by: Instrumentations, name: str, use_case: Callable[Given, AsyncIterator[Result]]
) -> Callable[Given, AsyncIterator[Result]]:
    """Return `use_case`, which yields pages, instrumented by each of `by`."""
    return reduce(lambda inner, each: each.pages(name, inner), by, use_case)


def hash_observers(by: Instrumentations) -> tuple[HashObserver, ...]:
    """Return what each of `by` puts around a password hash."""
    return tuple(each.hashing for each in by)


def instrument_database(by: Instrumentations, database: Database) -> Database:
    """Return `database`, instrumented by each of `by`."""
    for each in by:
        each.database(database.autocommit.engine)
    return database

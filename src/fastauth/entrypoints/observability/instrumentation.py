"""Optional instrumentation: metrics and traces, enabled by the settings.

Use cases and the other adapters do not depend on it.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager
from functools import reduce
from typing import ParamSpec, Protocol, TypeVar

from sqlalchemy import Engine
from starlette.types import Scope

from fastauth.adapters.passwords import HashObserver
from fastauth.adapters.sql import Database
from fastauth.domain.outbox.message import Backlog
from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.version import VERSION

Given = ParamSpec("Given")
Result = TypeVar("Result")

RequestObserver = Callable[[int | None, str | None], None]
"""Takes the status of the response and the template of the route; ``None`` if there is none."""


class Instrumentation(Protocol):
    """Records operations and their durations, and never values that clients sent."""

    def request(self, scope: Scope) -> AbstractContextManager[RequestObserver]:
        """Return a context that surrounds an HTTP request; call what it yields once at the end."""

    def use_case(
        self, name: str, use_case: Callable[Given, Awaitable[Result]]
    ) -> Callable[Given, Awaitable[Result]]:
        """Return the instrumented use case of this name."""

    def pages(
        self, name: str, use_case: Callable[Given, AsyncIterator[Result]]
    ) -> Callable[Given, AsyncIterator[Result]]:
        """Return the instrumented use case of this name, which yields pages."""

    def hashing(self) -> AbstractContextManager[AbstractContextManager[object]]:
        """Return a context manager for a password hash. See `fastauth.adapters.passwords.HashObserver`."""

    def database(self, engine: Engine) -> None:
        """Instrument the connections and statements of `engine` from now on."""

    def connection_rejected(self, reason: str, status: str) -> None:
        """Record a rejected connection. `status` is ``-`` if no response was sent."""

    async def collect(
        self, count_sessions: Callable[[], Awaitable[int]], measure_backlog: Callable[[], Awaitable[Backlog]]
    ) -> None:
        """Update metrics that must be queried, once a minute. `count_sessions` is slow with many sessions."""


Instrumentations = tuple[Instrumentation, ...]


def instrumentations(settings: Settings) -> Instrumentations:
    """Return the instrumentations that the settings enable. Packages of the others are not imported."""
    found: list[Instrumentation] = []
    if settings.metrics_port:
        from fastauth.adapters.prometheus import PrometheusInstrumentation  # noqa: PLC0415  only needed for metrics

        found.append(PrometheusInstrumentation(version=VERSION, workers=settings.workers))
    if settings.tracing == "otlp":
        from fastauth.adapters.opentelemetry import OpenTelemetryInstrumentation, otlp  # noqa: PLC0415  only needed for traces

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
    """Return the hash observer of each of `by`."""
    return tuple(each.hashing for each in by)


def instrument_database(by: Instrumentations, database: Database) -> Database:
    """Return `database`, instrumented by each of `by`."""
    for each in by:
        each.database(database.autocommit.engine)
    return database

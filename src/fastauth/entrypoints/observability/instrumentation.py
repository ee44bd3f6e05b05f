"""Who looks on while the service works: nobody, unless the settings ask for metrics or traces.

A watcher puts something of the same form around what it is given. Neither use cases nor the other
adapters know of it.
"""

from collections.abc import Awaitable, Callable
from functools import reduce
from importlib.metadata import version
from typing import Protocol, TypeVar

from sqlalchemy import Engine
from starlette.types import ASGIApp

from fastauth.adapters.sql import Database
from fastauth.entrypoints.settings import Settings

Watched = TypeVar("Watched")


class Watcher(Protocol):
    """Sees what is done and how long it takes, and never what was sent."""

    def requests(self, app: ASGIApp) -> ASGIApp:
        """Return `app`, watched."""

    def use_case(self, name: str, use_case: Watched) -> Watched:
        """Return the use case of this name, watched."""

    def hashing(self, pool: Watched) -> Watched:
        """Return the pool on which passwords are hashed, watched."""

    def database(self, engine: Engine) -> None:
        """Watch the connections and statements of `engine` from now on."""

    def refused(self, reason: str, status: str) -> None:
        """Note that a connection was closed before its request; without an answer `status` is ``-``."""

    async def each_minute(self, count_sessions: Callable[[], Awaitable[int]]) -> None:
        """Find out what does not show by itself. `count_sessions` is dear where there are many."""


Watchers = tuple[Watcher, ...]


def watchers(settings: Settings) -> Watchers:
    """Return those that the settings ask for. What they need is not even imported for others."""
    found: list[Watcher] = []
    if settings.metrics_port:  # the first: it looks into a use case, and not at another watcher
        from fastauth.adapters.prometheus import PrometheusWatcher  # noqa: PLC0415  only who asks for metrics needs it

        found.append(PrometheusWatcher(version=version("fastauth"), workers=settings.workers))
    if settings.tracing == "otlp":
        from fastauth.adapters.opentelemetry import OpenTelemetryWatcher, otlp  # noqa: PLC0415  only who asks for traces needs it

        found.append(OpenTelemetryWatcher(otlp()))
    return tuple(found)


def watched_use_case(by: Watchers, use_case: Watched) -> Watched:
    """Return `use_case` with every watcher around it."""
    name = type(use_case).__name__
    return reduce(lambda inner, watcher: watcher.use_case(name, inner), by, use_case)


def watched_hashing(by: Watchers, pool: Watched) -> Watched:
    """Return `pool` with every watcher around it."""
    return reduce(lambda inner, watcher: watcher.hashing(inner), by, pool)


def watched_database(by: Watchers, database: Database) -> Database:
    """Return `database`, on which every watcher has an eye from now on."""
    for watcher in by:
        watcher.database(database.autocommit.engine)
    return database

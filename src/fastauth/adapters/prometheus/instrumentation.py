"""What is counted and timed while the service works."""

import platform
import time
from collections.abc import Awaitable, Callable
from functools import partial
from time import perf_counter
from typing import Any, TypeVar, cast

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from sqlalchemy import Engine, event
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fastauth.adapters.prometheus.refresh_outcomes import Refreshes
from fastauth.application.sessions.refresh_session import RefreshSession
from fastauth.domain.errors import FastauthError

Watched = TypeVar("Watched")

_REQUEST_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_HASH_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5)

COUNTING = 0.01
"""The part of the time, of all workers together, in which a connection may be busy counting sessions."""


class PrometheusWatcher:
    """See `fastauth.entrypoints.observability.instrumentation.Watcher`.

    No label holds anything that a client may choose: a request has the template of its route, and
    all that have none share one.
    """

    def __init__(self, *, version: str, workers: int, registry: CollectorRegistry | None = None) -> None:
        registry = registry or CollectorRegistry()
        counter, histogram = partial(Counter, registry=registry), partial(Histogram, registry=registry)
        gauge = partial(Gauge, registry=registry)
        self._requests = counter("fastauth_requests", "Requests answered.", ["method", "route", "status"])
        self._request_seconds = histogram(
            "fastauth_request_duration_seconds",
            "From the head of a request to the end of its answer.",
            ["method", "route"],
            buckets=_REQUEST_SECONDS,
        )
        self._refusals = counter(
            "fastauth_refusals", "What use cases refused, by the code of the error.", ["use_case", "code"]
        )
        self._closed = counter(
            "fastauth_connections_refused", "Connections closed without the answer asked for.", ["reason"]
        )
        self._refreshes = counter("fastauth_refreshes", "What became of refresh tokens.", ["outcome"])
        self._swept = counter("fastauth_swept_rows", "Rows that housekeeping removed.", ["use_case"])
        self._hashes = gauge(
            "fastauth_hashes_pending", "Passwords hashed or waiting for it.", multiprocess_mode="livesum"
        )
        self._hash_wait = histogram(
            "fastauth_hash_wait_seconds", "How long a password waited to be hashed.", buckets=_HASH_SECONDS
        )
        self._hash_seconds = histogram(
            "fastauth_hash_duration_seconds", "How long a hash took.", buckets=_HASH_SECONDS
        )
        self._connections = gauge(
            "fastauth_database_connections", "Pooled connections.", ["state"], multiprocess_mode="livesum"
        )
        self._sessions = gauge(
            "fastauth_sessions_alive", "Sessions that live.", multiprocess_mode="livemostrecent"
        )
        build = gauge("fastauth_build_info", "What runs.", ["version", "python"], multiprocess_mode="livemax")
        build.labels(version, platform.python_version()).set(1)
        self._workers = workers
        self._next_count = 0.0

    def requests(self, app: ASGIApp) -> ASGIApp:
        """Count and time the requests that `app` answers."""

        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            began = perf_counter()
            status = 0

            async def overheard(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                await send(message)

            try:
                await app(scope, receive, overheard)
            finally:
                method, route = scope["method"], getattr(scope.get("route"), "path_format", "-")
                self._requests.labels(method, route, status or "-").inc()
                self._request_seconds.labels(method, route).observe(perf_counter() - began)

        return counted

    def use_case(self, name: str, use_case: Watched) -> Watched:
        """Count what `use_case` refuses, and what it sweeps."""
        act = cast("Callable[..., Awaitable[Any]]", use_case)
        if isinstance(use_case, RefreshSession):
            act = Refreshes(use_case, self._refreshes)

        async def counted(**asked: object) -> object:
            try:
                result = await act(**asked)
            except FastauthError as refusal:
                self._refusals.labels(name, refusal.code).inc()
                raise
            if name.startswith("Sweep"):
                self._swept.labels(name).inc(result)
            return result

        return cast("Watched", counted)

    def hashing(self, pool: Watched) -> Watched:
        """Time what waits for a thread, and what has one."""
        return cast("Watched", _TimedPool(pool, self._hashes, self._hash_wait, self._hash_seconds))

    def database(self, engine: Engine) -> None:
        """Note how many connections there are whenever one is lent or comes back."""
        pool: Any = engine.pool  # a QueuePool
        busy, opened, most = map(self._connections.labels, ("busy", "open", "most"))
        most.set(pool.size())

        def note(returned: int) -> None:
            busy.set(pool.checkedout() - returned)
            opened.set(pool.checkedin() + pool.checkedout())

        event.listen(pool, "checkout", lambda *_: note(returned=0))
        event.listen(pool, "checkin", lambda *_: note(returned=1))  # told just before it is back

    def refused(self, reason: str, status: str) -> None:
        """Count a connection that was closed before there was a request."""
        self._closed.labels(reason).inc()
        if status != "-":
            self._requests.labels("-", "-", status).inc()

    async def each_minute(self, count_sessions: Callable[[], Awaitable[int]]) -> None:
        """Count the sessions, the more rarely the longer that takes."""
        began = time.monotonic()
        if began < self._next_count:
            return
        try:
            self._sessions.set(await count_sessions())
        finally:
            self._next_count = began + (time.monotonic() - began) * self._workers / COUNTING


class _TimedPool:
    """A pool of hashing threads, and what it does."""

    def __init__(self, pool: Any, pending: Gauge, wait: Histogram, duration: Histogram) -> None:  # noqa: ANN401  its owner is another adapter
        self._pool = pool
        self._pending = pending
        self._wait = wait
        self._duration = duration

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  whatever else the pool has
        return getattr(self._pool, name)

    async def run(self, work: Callable[[], object]) -> object:
        """Run `work` in the pool."""
        asked = perf_counter()

        def timed() -> object:
            self._wait.observe(perf_counter() - asked)
            with self._duration.time():
                return work()

        with self._pending.track_inprogress():
            return await self._pool.run(timed)

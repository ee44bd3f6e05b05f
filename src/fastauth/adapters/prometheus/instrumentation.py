"""The metrics: what is counted and timed."""

import platform
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from time import perf_counter
from typing import Any, ParamSpec, TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from sqlalchemy import Engine, event
from starlette.types import Scope

from fastauth.adapters.prometheus.erasure_metrics import ErasureMetrics
from fastauth.adapters.prometheus.event_feed_metrics import EventFeedMetrics
from fastauth.adapters.prometheus.outbox_metrics import OutboxMetrics
from fastauth.adapters.prometheus.second_factor_metrics import SecondFactorMetrics
from fastauth.adapters.prometheus.webhook_metrics import WebhookMetrics
from fastauth.application.second_factors.verify_factor import VerifyFactor
from fastauth.application.sessions.refresh_session import RefreshSession
from fastauth.domain.audit.trail import Retention
from fastauth.domain.errors import FastauthError
from fastauth.domain.operations.purges import all_purges
from fastauth.domain.outbox.delivery import DeliveryRound
from fastauth.domain.outbox.message import Backlog
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.domain.sessions.access_token import TokenPair
from fastauth.domain.sessions.errors import InvalidRefreshToken, RefreshTokenReused

Given = ParamSpec("Given")
Result = TypeVar("Result")

_REQUEST_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_HASH_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5)

MAX_COUNTING_SHARE = 0.01
"""The share of time that all workers together may spend on counting sessions."""

_PURGES = {purge.use_case for purge in all_purges(Retention())}
"""Use cases that return the number of deleted rows."""

_OUTCOMES = {
    TooManyRequests: "rate_limited",  # presented too soon; the token stays valid
    RefreshTokenReused: "reused",  # presented again after the grace period; its session was revoked
    InvalidRefreshToken: "invalid",  # forged, expired, or of a revoked session
}
"""Outcomes of refresh tokens that were not accepted."""


class PrometheusInstrumentation:
    """See `fastauth.entrypoints.observability.instrumentation.Instrumentation`.

    No label has a value that a client can choose. A request is labelled with the template of its route;
    all requests without a route have the label ``-``.
    """

    def __init__(self, *, version: str, workers: int, registry: CollectorRegistry | None = None) -> None:
        registry = registry or CollectorRegistry()
        counter, histogram = partial(Counter, registry=registry), partial(Histogram, registry=registry)
        gauge = partial(Gauge, registry=registry)
        self._requests = counter("fastauth_requests", "Requests answered.", ["method", "route", "status"])
        self._request_seconds = histogram(
            "fastauth_request_duration_seconds",
            "Time from the head of a request to the end of its response.",
            ["method", "route"],
            buckets=_REQUEST_SECONDS,
        )
        self._use_case_errors = counter(
            "fastauth_use_case_errors", "Errors of use cases, by code.", ["use_case", "code"]
        )
        self._rejected = counter(
            "fastauth_connections_rejected",
            "Connections closed before the client had its response.",
            ["reason"],
        )
        self._refreshes = counter(
            "fastauth_token_refreshes", "Refresh tokens presented, by outcome.", ["outcome"]
        )
        self._purged = counter(
            "fastauth_purged_rows", "Expired rows that background tasks removed.", ["use_case"]
        )
        self._hashes = gauge(
            "fastauth_hashes_pending",
            "Passwords being hashed or waiting for a thread.",
            multiprocess_mode="livesum",
        )
        self._hash_wait = histogram(
            "fastauth_hash_wait_seconds", "Wait of a password for a hashing thread.", buckets=_HASH_SECONDS
        )
        self._hash_seconds = histogram(
            "fastauth_hash_duration_seconds", "Time that a password hash took.", buckets=_HASH_SECONDS
        )
        self._connections = gauge(
            "fastauth_database_connections", "Pooled connections.", ["state"], multiprocess_mode="livesum"
        )
        self._sessions = gauge(
            "fastauth_active_sessions", "Sessions that can be refreshed.", multiprocess_mode="livemostrecent"
        )
        self._outbox, self._second_factors = OutboxMetrics(registry), SecondFactorMetrics(registry)
        self._observers = {
            name: observe
            for metrics in (ErasureMetrics(registry), EventFeedMetrics(registry), WebhookMetrics(registry))
            for name, observe in metrics.observers.items()
        }
        build = gauge(
            "fastauth_build_info",
            "Version of fastauth and of Python.",
            ["version", "python"],
            multiprocess_mode="livemax",
        )
        build.labels(version, platform.python_version()).set(1)
        self._workers = workers
        self._next_count = 0.0

    @contextmanager
    def request(self, scope: Scope) -> Iterator[Callable[[int | None, str | None], None]]:
        """Count the request, and measure its duration."""
        method, began = scope["method"], perf_counter()

        def observe(status: int | None, route: str | None) -> None:
            self._requests.labels(method, route or "-", status or "-").inc()
            self._request_seconds.labels(method, route or "-").observe(perf_counter() - began)

        yield observe

    def use_case(
        self, name: str, use_case: Callable[Given, Awaitable[Result]]
    ) -> Callable[Given, Awaitable[Result]]:
        """Count errors of `use_case`, outcomes of refresh tokens and of deliveries, events and rows."""
        if name == VerifyFactor.__name__:
            use_case = self._second_factors.counted(use_case)

        async def counted(*args: Given.args, **kwargs: Given.kwargs) -> Result:
            try:
                result = await use_case(*args, **kwargs)
            except FastauthError as error:
                self._count_error(name, error)
                raise
            if isinstance(result, TokenPair):
                self._refreshes.labels("replayed" if result.replayed else "rotated").inc()
            elif isinstance(result, DeliveryRound):
                self._outbox.delivered(result)
            elif observe := self._observers.get(name):
                observe(result)
            elif name in _PURGES:
                self._purged.labels(name).inc(result)  # type: ignore[arg-type]  # the number of rows
            return result

        return counted

    def pages(
        self, name: str, use_case: Callable[Given, AsyncIterator[Result]]
    ) -> Callable[Given, AsyncIterator[Result]]:
        """Count errors of `use_case`."""

        async def counted(*args: Given.args, **kwargs: Given.kwargs) -> AsyncIterator[Result]:
            try:
                async for page in use_case(*args, **kwargs):
                    yield page
            except FastauthError as error:
                self._count_error(name, error)
                raise

        return counted

    @contextmanager
    def hashing(self) -> Iterator[AbstractContextManager[object]]:
        """Count pending hashes; measure their wait and their duration."""
        with self._hashes.track_inprogress():
            yield self._computing(perf_counter())

    @contextmanager
    def _computing(self, requested_at: float) -> Iterator[None]:
        self._hash_wait.observe(perf_counter() - requested_at)
        with self._hash_seconds.time():
            yield

    def _count_error(self, name: str, error: FastauthError) -> None:
        self._use_case_errors.labels(name, error.code).inc()
        if name == RefreshSession.__name__ and (outcome := _OUTCOMES.get(type(error))):
            self._refreshes.labels(outcome).inc()

    def database(self, engine: Engine) -> None:
        """Update the number of connections when one is checked out or in."""
        pool: Any = engine.pool  # a QueuePool
        busy, opened, maximum = map(self._connections.labels, ("busy", "open", "max"))
        maximum.set(pool.size())

        def update(returned: int) -> None:
            busy.set(pool.checkedout() - returned)
            opened.set(pool.checkedin() + pool.checkedout())

        event.listen(pool, "checkout", lambda *_: update(returned=0))
        event.listen(pool, "checkin", lambda *_: update(returned=1))  # this event precedes the return

    def connection_rejected(self, reason: str, status: str) -> None:
        """Count a connection that was closed before its request was handled."""
        self._rejected.labels(reason).inc()
        if status != "-":
            self._requests.labels("-", "-", status).inc()

    async def collect(
        self, count_sessions: Callable[[], Awaitable[int]], measure_backlog: Callable[[], Awaitable[Backlog]]
    ) -> None:
        """Measure the outbox, and count the active sessions; the longer that takes, the less often."""
        self._outbox.measured(await measure_backlog())
        began = time.monotonic()
        if began < self._next_count:
            return
        try:
            self._sessions.set(await count_sessions())
        finally:
            self._next_count = began + (time.monotonic() - began) * self._workers / MAX_COUNTING_SHARE

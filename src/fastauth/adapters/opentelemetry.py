"""Traces with OpenTelemetry: the time of each request and its parts, without their content."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, ParamSpec, TypeVar

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    Tracer,
    use_span,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection, ExceptionContext
from starlette.types import Scope

from fastauth.application.event_feed.number_events import NumberEvents
from fastauth.domain.errors import FastauthError
from fastauth.domain.outbox.message import Backlog

Given = ParamSpec("Given")
Result = TypeVar("Result")

UNTRACED = {NumberEvents.__name__}
"""Use cases that run several times a second for no request."""

_NOT_SAMPLED = SpanContext(trace_id=1, span_id=1, is_remote=False, trace_flags=TraceFlags(TraceFlags.DEFAULT))


def otlp() -> TracerProvider:
    """Return a provider that exports spans by OTLP over HTTP, configured by the variables ``OTEL_...``."""
    os.environ.setdefault("OTEL_SERVICE_NAME", "fastauth")
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


class OpenTelemetryInstrumentation:
    """See `fastauth.entrypoints.observability.instrumentation.Instrumentation`.

    A span has names of use cases, route templates, codes, and statements with placeholders. It never has a
    path, query, header, address, parameter or the text of an exception.
    """

    def __init__(self, provider: TracerProvider) -> None:
        self._tracer = provider.get_tracer("fastauth")
        self._propagator = TraceContextTextMapPropagator()

    @contextmanager
    def request(self, scope: Scope) -> Iterator[Callable[[int | None, str | None], None]]:
        """Create a span for the request, in the trace of its ``traceparent`` header."""
        parents = [value.decode("latin-1") for name, value in scope["headers"] if name == b"traceparent"]
        with self._tracer.start_as_current_span(
            scope["method"],
            context=self._propagator.extract({"traceparent": parents}),
            kind=SpanKind.SERVER,
            attributes={"http.request.method": scope["method"]},
            record_exception=False,  # its text may quote the request
            set_status_on_exception=False,
        ) as span:

            def observe(status: int | None, route: str | None) -> None:
                if status:
                    span.set_attribute("http.response.status_code", status)
                if route:
                    span.set_attribute("http.route", route)
                    span.update_name(f"{scope['method']} {route}")

            yield observe

    def use_case(
        self, name: str, use_case: Callable[Given, Awaitable[Result]]
    ) -> Callable[Given, Awaitable[Result]]:
        """Create a span for each call of `use_case`, unless it is one of `UNTRACED`."""
        if name in UNTRACED:
            return _untraced(use_case)

        async def traced(*args: Given.args, **kwargs: Given.kwargs) -> Result:
            with _span(self._tracer, name):
                return await use_case(*args, **kwargs)

        return traced

    def pages(
        self, name: str, use_case: Callable[Given, AsyncIterator[Result]]
    ) -> Callable[Given, AsyncIterator[Result]]:
        """Create a span for each call of `use_case`, all pages included."""

        async def traced(*args: Given.args, **kwargs: Given.kwargs) -> AsyncIterator[Result]:
            with _span(self._tracer, name):
                async for page in use_case(*args, **kwargs):
                    yield page

        return traced

    @contextmanager
    def hashing(self) -> Iterator[AbstractContextManager[object]]:
        """Create a span for each hash, its wait included."""
        with _span(self._tracer, "hash"):
            yield nullcontext()

    def database(self, engine: Engine) -> None:
        """Create a span for each statement."""

        def begin(connection: Connection, _cursor: Any, statement: str, _values: Any, *of: Any) -> None:  # noqa: ANN401  the signature of the event
            span = self._tracer.start_span(
                statement.split(maxsplit=1)[0],
                kind=SpanKind.CLIENT,
                attributes={"db.system.name": connection.dialect.name, "db.query.text": statement},
            )
            context, _many = of
            context.fastauth_span = span

        def end(*of: Any) -> None:  # noqa: ANN401  the same
            *_, context, _many = of
            context.fastauth_span.end()

        def fail(failure: ExceptionContext) -> None:
            span = getattr(failure.execution_context, "fastauth_span", None)
            if span:
                _record_error(span, failure.original_exception)
                span.end()

        event.listen(engine, "before_cursor_execute", begin)
        event.listen(engine, "after_cursor_execute", end)
        event.listen(engine, "handle_error", fail)

    def connection_rejected(self, reason: str, status: str) -> None:
        """Create no span, because there is no request."""

    async def collect(
        self, count_sessions: Callable[[], Awaitable[int]], measure_backlog: Callable[[], Awaitable[Backlog]]
    ) -> None:
        """Do nothing: counts are metrics."""


def _untraced(use_case: Callable[Given, Awaitable[Result]]) -> Callable[Given, Awaitable[Result]]:
    """Return `use_case` within a trace that is not sampled, so that its statements have no spans either."""

    async def untraced(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        with use_span(NonRecordingSpan(_NOT_SAMPLED)):
            return await use_case(*args, **kwargs)

    return untraced


@contextmanager
def _span(tracer: Tracer, name: str) -> Iterator[None]:
    with tracer.start_as_current_span(name, record_exception=False, set_status_on_exception=False) as span:
        try:
            yield
        except Exception as error:
            _record_error(span, error)
            raise


def _record_error(span: Span, error: BaseException) -> None:
    """Set the type of the error. Errors of the domain are regular responses, so they only add a code."""
    if isinstance(error, FastauthError):
        span.set_attribute("fastauth.code", error.code)
    else:
        span.set_attribute("error.type", type(error).__name__)
        span.set_status(StatusCode.ERROR)

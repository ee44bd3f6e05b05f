"""Traces by OpenTelemetry: where the time of one request went, and nothing of what was in it."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, ParamSpec, TypeVar

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection, ExceptionContext
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fastauth.domain.errors import FastauthError

Given = ParamSpec("Given")
Result = TypeVar("Result")


def otlp() -> TracerProvider:
    """Return what sends spans by OTLP over HTTP, as OpenTelemetry's own variables (``OTEL_...``) say."""
    os.environ.setdefault("OTEL_SERVICE_NAME", "fastauth")
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


class OpenTelemetryInstrumentation:
    """See `fastauth.entrypoints.observability.instrumentation.Instrumentation`.

    A span has names of ours, templates, codes and statements with placeholders. It has no path, no
    query, no header, no address, no parameter and no text of an exception.
    """

    def __init__(self, provider: TracerProvider) -> None:
        self._tracer = provider.get_tracer("fastauth")
        self._propagator = TraceContextTextMapPropagator()

    def requests(self, app: ASGIApp) -> ASGIApp:
        """Begin a span for each request, within the trace that its ``traceparent`` names."""

        async def traced(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            parents = [value.decode("latin-1") for name, value in scope["headers"] if name == b"traceparent"]
            with self._tracer.start_as_current_span(
                scope["method"],
                context=self._propagator.extract({"traceparent": parents}),
                kind=SpanKind.SERVER,
                attributes={"http.request.method": scope["method"]},
                record_exception=False,  # its text may quote what was sent
                set_status_on_exception=False,
            ) as span:

                async def overheard(message: Message) -> None:
                    if message["type"] == "http.response.start":
                        span.set_attribute("http.response.status_code", message["status"])
                    await send(message)

                try:
                    await app(scope, receive, overheard)
                finally:
                    route = getattr(scope.get("route"), "path_format", None)
                    if route:
                        span.set_attribute("http.route", route)
                        span.update_name(f"{scope['method']} {route}")

        return traced

    def use_case(
        self, name: str, use_case: Callable[Given, Awaitable[Result]]
    ) -> Callable[Given, Awaitable[Result]]:
        """Put a span around each call of `use_case`."""

        async def traced(*args: Given.args, **kwargs: Given.kwargs) -> Result:
            with _span(self._tracer, name):
                return await use_case(*args, **kwargs)

        return traced

    def pages(
        self, name: str, use_case: Callable[Given, AsyncIterator[Result]]
    ) -> Callable[Given, AsyncIterator[Result]]:
        """Put a span around all pages of a call of `use_case`."""

        async def traced(*args: Given.args, **kwargs: Given.kwargs) -> AsyncIterator[Result]:
            with _span(self._tracer, name):
                async for page in use_case(*args, **kwargs):
                    yield page

        return traced

    @contextmanager
    def hashing(self) -> Iterator[AbstractContextManager[object]]:
        """Put a span around each hash, its wait included."""
        with _span(self._tracer, "hash"):
            yield nullcontext()

    def database(self, engine: Engine) -> None:
        """Put a span around each statement."""

        def begin(connection: Connection, _cursor: Any, statement: str, _values: Any, *of: Any) -> None:  # noqa: ANN401  as SQLAlchemy tells it
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
                _told(span, failure.original_exception)
                span.end()

        event.listen(engine, "before_cursor_execute", begin)
        event.listen(engine, "after_cursor_execute", end)
        event.listen(engine, "handle_error", fail)

    def connection_rejected(self, reason: str, status: str) -> None:
        """Trace nothing: there is no request."""

    async def collect(self, count_sessions: Callable[[], Awaitable[int]]) -> None:
        """Do nothing: what is counted is for metrics."""


@contextmanager
def _span(tracer: Tracer, name: str) -> Iterator[None]:
    with tracer.start_as_current_span(name, record_exception=False, set_status_on_exception=False) as span:
        try:
            yield
        except Exception as error:
            _told(span, error)
            raise


def _told(span: Span, error: BaseException) -> None:
    """Say what kind of error it was. One of the domain's is an answer like any other."""
    if isinstance(error, FastauthError):
        span.set_attribute("fastauth.code", error.code)
    else:
        span.set_attribute("error.type", type(error).__name__)
        span.set_status(StatusCode.ERROR)

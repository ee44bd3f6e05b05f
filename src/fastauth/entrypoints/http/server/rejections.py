"""Connections that are rejected before the application has a request: response, metric and log line."""

import time
from collections.abc import Callable, Iterable
from enum import StrEnum
from http import HTTPStatus

import structlog

from fastauth.entrypoints.http.middleware.request_id import new_request_id
from fastauth.entrypoints.http.middleware.request_log import with_default_headers
from fastauth.entrypoints.http.problem_details import problem_for_status, problem_response
from fastauth.entrypoints.observability.instrumentation import Instrumentations

MIN_LOG_INTERVAL_SECONDS = 1.0
"""Minimum time between two log lines. The next line has the number of rejections without a line."""


class Reason(StrEnum):
    """Why a connection was closed before all its requests were answered. A label of a metric."""

    MALFORMED = "malformed"
    TOO_LARGE = "too_large"
    READ_TIMEOUT = "read_timeout"
    """The request did not arrive in time."""
    WRITE_TIMEOUT = "write_timeout"
    """The client did not read its responses in time."""
    EVICTED = "evicted"
    """The connection had waited longest for a request, and its network was at the connection limit."""
    CONNECTION_LIMIT = "connection_limit"
    """The network was at the connection limit, and responses were due on all of its connections."""
    PIPELINE_LIMIT = "pipeline_limit"
    """Too many pipelined requests waited on the connection; those accepted were answered."""


class RejectedConnections:
    """Count each rejected connection, and log at most one a second with the address of its client."""

    def __init__(
        self, instrumentations: Instrumentations, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._instrumentations = instrumentations
        self._clock = clock
        self._next_line = -1.0
        self._unlogged = 0
        self._log = structlog.get_logger()

    def record(self, reason: Reason, status: HTTPStatus | None, address: str) -> None:
        """Record one. `status` is that of the response, or ``None`` if none was sent."""
        for instrumentation in self._instrumentations:
            instrumentation.connection_rejected(reason, str(int(status)) if status else "-")
        now = self._clock()
        if now < self._next_line:
            self._unlogged += 1
            return
        self._next_line = now + MIN_LOG_INTERVAL_SECONDS
        self._log.warning(
            "connection_rejected",
            reason=str(reason),
            route="-",
            status=int(status) if status else "-",
            address=address,
            suppressed=self._unlogged,
        )
        self._unlogged = 0


def raw_problem_response(
    status: HTTPStatus, detail: str | None, default_headers: Iterable[tuple[bytes, bytes]]
) -> bytes:
    """Return the bytes of a problem response that closes the connection."""
    problem = problem_for_status(status)
    response = problem_response(problem.model_copy(update={"detail": detail}) if detail else problem)
    own = [*default_headers, *response.raw_headers, (b"connection", b"close")]
    lines = [b"%s: %s" % header for header in with_default_headers(own, request_id=new_request_id())]
    status_line = b"HTTP/1.1 %d %s" % (status, status.phrase.encode())
    return b"\r\n".join([status_line, *lines, b"", bytes(response.body)])

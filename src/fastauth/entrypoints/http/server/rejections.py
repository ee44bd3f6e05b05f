"""What the protocol refuses before there is a request: answered, counted, and logged at a bounded rate."""

import time
from collections.abc import Callable, Iterable
from enum import StrEnum
from http import HTTPStatus

import structlog

from fastauth.entrypoints.http.middleware.request_log import new_request_id, with_default_headers
from fastauth.entrypoints.http.problem_details import problem_for_status, problem_response
from fastauth.entrypoints.observability.instrumentation import Instrumentations

MIN_LOG_INTERVAL_SECONDS = 1.0
"""Between two lines of the log. What comes in between is counted, and the next line has the number."""


class Reason(StrEnum):
    """Why a connection was closed before its client had what it asked for. A label of a metric."""

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
    """Count each refusal, and log at most one a second with the address that it came from."""

    def __init__(
        self, instrumentations: Instrumentations, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._instrumentations = instrumentations
        self._clock = clock
        self._next_line = -1.0
        self._unlogged = 0
        self._log = structlog.get_logger()

    def note(self, reason: Reason, status: HTTPStatus | None, address: str) -> None:
        """Take note of one. `status` is that of the answer, if there is one."""
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
    """Return the bytes of a problem after which the connection is closed."""
    details = problem_for_status(status)
    told = problem_response(details.model_copy(update={"detail": detail}) if detail else details)
    own = [*default_headers, *told.raw_headers, (b"connection", b"close")]
    lines = [b"%s: %s" % header for header in with_default_headers(own, request_id=new_request_id())]
    first = b"HTTP/1.1 %d %s" % (status, status.phrase.encode())
    return b"\r\n".join([first, *lines, b"", bytes(told.body)])

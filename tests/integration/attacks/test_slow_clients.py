"""Clients who are slow, silent or long-winded do not keep others waiting."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import httpx2
import pytest
from tests.builders import a_registration
from tests.harness.service import NO_TLS, Service
from tests.harness.tables import row

DEADLINE = 1.0  # seconds, by setting
PATIENCE = 30  # seconds; a failure alone waits for so long
HEAD = b"POST /users/register HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    url = f"sqlite:///{tmp_path_factory.mktemp('slow')}/slow.db"
    with Service(
        url,
        FASTAUTH_REQUEST_TIMEOUT_SECONDS=str(DEADLINE),
        FASTAUTH_KEEP_ALIVE_SECONDS="60",
        FASTAUTH_MAX_PENDING_CONNECTIONS_PER_IP="200",
    ) as service:
        yield service


def connect(service: Service) -> socket.socket:
    return socket.create_connection(("127.0.0.1", service.port), timeout=PATIENCE)


def everything_from(connection: socket.socket) -> bytes:
    """Return all that comes until the other side closes the connection."""
    received = b""
    while chunk := connection.recv(65_536):
        received += chunk
    return received


def pong(connection: socket.socket) -> bool:
    """Send a complete request; return whether it was answered."""
    connection.sendall(b"GET /ping HTTP/1.1\r\nHost: x\r\n\r\n")
    received = b""
    while b"pong" not in received and (part := connection.recv(65_536)):
        received += part
    return received.startswith(b"HTTP/1.1 200 ")


INCOMPLETE = {
    "nothing": b"",
    "one byte": b"P",
    "a request line": b"POST /users/register HTTP/1.1\r\n",
    "some headers": HEAD,
    "half a header": HEAD + b"X-A: b",
    "no body": HEAD + b"Content-Length: 9\r\n\r\n",
    "half a body": HEAD + b"Content-Length: 9\r\n\r\n{",
    "half a chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabc",
}


class TestSlowClient:
    def test_connection_is_closed_at_the_deadline(self, service: Service) -> None:
        """All wait at once, beside an idle connection, whose next request has a new deadline."""
        with ExitStack() as stack:
            idle = stack.enter_context(connect(service))
            assert pong(idle)
            connections = {}
            began = time.monotonic()
            for name, sent in INCOMPLETE.items():
                connections[name] = stack.enter_context(connect(service))
                connections[name].sendall(sent)
            for name, connection in connections.items():
                with row(name):
                    answer = everything_from(connection)
                    assert time.monotonic() - began > DEADLINE * 0.9
                    assert answer.startswith(b"HTTP/1.1 408 ")
                    for line in (
                        b"content-type: application/problem+json",
                        b"connection: close",
                        b"cache-control: no-store",
                    ):
                        assert line in answer
                    assert b'"code":"request_timeout"' in answer
            assert pong(idle)

    def test_slow_bytes_do_not_extend_the_deadline(self, service: Service) -> None:
        with connect(service) as connection:
            connection.settimeout(DEADLINE / 10)
            answer = b""
            for byte in HEAD * 10:
                try:
                    connection.sendall(bytes([byte]))
                    answer = connection.recv(65_536)
                except TimeoutError:
                    continue
                break
            assert answer.startswith(b"HTTP/1.1 408 ")

    def test_many_do_not_affect_others(self, service: Service) -> None:
        with ExitStack() as stack:
            for number in range(600):
                connection = stack.enter_context(connect(service))
                connection.sendall(HEAD if number % 2 else b"")
                if number % 50 == 0:
                    assert service.register(a_registration()).status_code == 201


class TestHead:
    @pytest.mark.parametrize(
        "sent",
        [
            HEAD + b"X-Long: " + b"x" * 20_000 + b"\r\n\r\n",
            HEAD + b"".join(b"X-%d: y\r\n" % n for n in range(3_000)) + b"\r\n",
            b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
            HEAD + b"X-Endless: " + b"x" * 8_000_000,
        ],
        ids=["one long header", "many headers", "a long address", "a header without end"],
    )
    def test_too_long_is_rejected(self, service: Service, sent: bytes) -> None:
        with connect(service) as connection:
            try:
                connection.sendall(sent)
            except (BrokenPipeError, ConnectionResetError):
                return  # the connection was closed in the middle of it
            try:
                answer = everything_from(connection)
            except ConnectionResetError:
                return
        assert answer.startswith(b"HTTP/1.1 431 ")
        assert b'"code":"head_too_large"' in answer
        assert answer.count(b"HTTP/1.1 ") == 1

    def test_ordinary_length_is_accepted(self, service: Service) -> None:
        headers = {f"X-{number}": "y" * 100 for number in range(100)}
        assert httpx2.get(f"{service.url}/ping", headers=headers, verify=NO_TLS).status_code == 200

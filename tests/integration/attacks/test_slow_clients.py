"""Clients who are slow, silent or long-winded do not keep others waiting."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import httpx2
import pytest
from tests.builders import a_registration
from tests.harness.service import NO_TLS, Service

DEADLINE = 1.0  # seconds, by setting
HEAD = b"POST /users/register HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    url = f"sqlite:///{tmp_path_factory.mktemp('slow')}/slow.db"
    with Service(
        url, FASTAUTH_REQUEST_TIMEOUT_SECONDS=str(DEADLINE), FASTAUTH_MAX_PENDING_CONNECTIONS_PER_IP="200"
    ) as service:
        yield service


def connect(service: Service) -> socket.socket:
    return socket.create_connection(("127.0.0.1", service.port), timeout=10)


def everything_from(connection: socket.socket) -> bytes:
    """Return all that comes until the other side hangs up."""
    received = b""
    while chunk := connection.recv(65_536):
        received += chunk
    return received


class TestSlowClient:
    @pytest.mark.parametrize(
        "sent",
        [
            b"",
            b"P",
            b"POST /users/register HTTP/1.1\r\n",
            HEAD,
            HEAD + b"X-A: b",
            HEAD + b"Content-Length: 9\r\n\r\n",
            HEAD + b"Content-Length: 9\r\n\r\n{",
            HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabc",
        ],
    )
    def test_connection_is_closed_at_the_deadline(self, service: Service, sent: bytes) -> None:
        with connect(service) as connection:
            began = time.monotonic()
            connection.sendall(sent)
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

    def test_next_request_has_a_new_deadline(self, service: Service) -> None:
        with httpx2.Client(base_url=service.url, verify=NO_TLS) as client:
            for _ in range(3):
                assert client.get("/ping").status_code == 200
                time.sleep(DEADLINE * 0.6)  # the rest is idle time, which is no request's

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
                return  # hung up on in the middle of it
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

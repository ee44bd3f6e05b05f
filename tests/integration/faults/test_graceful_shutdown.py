"""The service is asked to stop, and stops well."""

import json
import signal
import socket
from collections.abc import Iterator

import httpx2
import pytest
from tests.builders import a_registration
from tests.harness.editions import IS_THOROUGH
from tests.harness.service import DEADLINE, NO_TLS, Service

ONE_AND_TWO_WORKERS = ["1", "2"]
TWO_WORKERS = ONE_AND_TWO_WORKERS if IS_THOROUGH else ["2"]
"""With two workers the supervisor gets the signal; each worker then ends as a single one does."""


@pytest.fixture
def service(sqlite_url: str) -> Iterator[Service]:
    with Service(sqlite_url, FASTAUTH_SHUTDOWN_TIMEOUT_SECONDS="600") as service:
        yield service


def begin_registration(service: Service) -> tuple[socket.socket, bytes]:
    """Send a registration up to its last byte, so that it is under way for as long as one likes."""
    body = json.dumps(a_registration()).encode()
    line = service.connect()
    line.sendall(
        b"POST /users/register HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\nExpect: 100-continue\r\n\r\n" % len(body)
    )
    assert line.recv(65_536).startswith(b"HTTP/1.1 100 ")
    line.sendall(body[:-1])
    return line, body[-1:]


class TestSigterm:
    def test_running_request_is_answered(self, service: Service) -> None:
        line, rest = begin_registration(service)
        with line:
            service.signal(signal.SIGTERM)
            service.wait_until_it_refuses()
            line.sendall(rest)
            answer = line.recv(65_536)
        assert answer.startswith(b"HTTP/1.1 201 ")
        assert b"connection: close" in answer
        assert service.exit_status() == 0

    def test_idle_connection_is_closed(self, service: Service) -> None:
        with service.connect() as line:
            service.signal(signal.SIGTERM)
            assert line.recv(1) == b""
        assert service.exit_status() == 0

    @pytest.mark.parametrize("workers", TWO_WORKERS)
    def test_second_signal_ends_at_once(self, sqlite_url: str, workers: str) -> None:
        with Service(
            sqlite_url, FASTAUTH_WORKERS=workers, FASTAUTH_SHUTDOWN_TIMEOUT_SECONDS="600"
        ) as service:
            line, _rest = begin_registration(service)
            with line:
                service.signal(signal.SIGTERM)
                service.wait_until_it_refuses()
                service.signal(signal.SIGTERM)
                assert service.exit_status() == -signal.SIGTERM

    @pytest.mark.parametrize("workers", ONE_AND_TWO_WORKERS if IS_THOROUGH else ["1"])
    def test_waits_at_most_for_its_timeout(self, sqlite_url: str, workers: str) -> None:
        with Service(
            sqlite_url, FASTAUTH_WORKERS=workers, FASTAUTH_SHUTDOWN_TIMEOUT_SECONDS="1",
            FASTAUTH_REQUEST_TIMEOUT_SECONDS="300",
        ) as service:  # fmt: skip
            line, _rest = begin_registration(service)
            with line:
                service.signal(signal.SIGTERM)
                assert service.exit_status() == 0

    @pytest.mark.parametrize("workers", TWO_WORKERS)
    def test_readiness_fails_before_connections_close(self, sqlite_url: str, workers: str) -> None:
        """Then an idle connection is closed, and a running request is answered, as without the delay."""
        with (
            Service(
                sqlite_url, FASTAUTH_WORKERS=workers, FASTAUTH_SHUTDOWN_DELAY_SECONDS="1.5",
                FASTAUTH_SHUTDOWN_TIMEOUT_SECONDS="600",
            ) as service,
            httpx2.Client(base_url=service.url, timeout=DEADLINE, verify=NO_TLS) as client,
            service.connect() as idle,
        ):  # fmt: skip
            running, rest = begin_registration(service)
            service.signal(signal.SIGTERM)
            answer = client.get("/health/ready")
            while answer.status_code == 200:
                answer = client.get("/health/ready")
            assert (answer.status_code, answer.json()["code"]) == (503, "shutting_down")
            assert client.get("/health/live").status_code == 200
            answer = client.post("/users/register", json=a_registration())
            assert (answer.status_code, answer.headers["connection"]) == (201, "close")
            assert idle.recv(1) == b""
            with running:
                running.sendall(rest)
                response = running.recv(65_536)
            assert response.startswith(b"HTTP/1.1 201 ")
            assert b"connection: close" in response
            assert service.exit_status() == 0

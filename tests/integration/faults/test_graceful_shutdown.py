"""The service is asked to stop while it delays its shutdown, or waits for a request that does not end.

`test_services.py` stops it while requests end.
"""

import signal

import httpx2
import pytest
from tests.builders import a_registration
from tests.harness.editions import IS_THOROUGH
from tests.harness.service import DEADLINE, NO_TLS, Service
from tests.integration.faults.running_requests import begin_registration

WORKERS = ["1", "2"] if IS_THOROUGH else ["1"]
"""With two the supervisor gets the signal: so it does in `test_workers.py`, and in a unit test of its own."""

LONG = "300"  # seconds; no test waits for so long


class TestSigterm:
    @pytest.mark.parametrize("workers", WORKERS)
    def test_second_signal_ends_at_once(self, sqlite_url: str, workers: str) -> None:
        with Service(sqlite_url, FASTAUTH_WORKERS=workers, FASTAUTH_SHUTDOWN_TIMEOUT_SECONDS=LONG) as service:
            line, _rest = begin_registration(service)
            with line:
                service.signal(signal.SIGTERM)
                service.wait_until_it_refuses()
                service.signal(signal.SIGTERM)
                assert service.exit_status() == -signal.SIGTERM

    @pytest.mark.parametrize("workers", WORKERS)
    def test_waits_at_most_for_its_timeout(self, sqlite_url: str, workers: str) -> None:
        with Service(
            sqlite_url, FASTAUTH_WORKERS=workers, FASTAUTH_SHUTDOWN_TIMEOUT_SECONDS="1",
            FASTAUTH_REQUEST_TIMEOUT_SECONDS="300",
        ) as service:  # fmt: skip
            line, _rest = begin_registration(service)
            with line:
                service.signal(signal.SIGTERM)
                assert service.exit_status() == 0

    @pytest.mark.parametrize("workers", WORKERS)
    def test_readiness_fails_before_connections_close(self, sqlite_url: str, workers: str) -> None:
        """A second signal ends the delay, and the service."""
        with (
            Service(sqlite_url, FASTAUTH_WORKERS=workers, FASTAUTH_SHUTDOWN_DELAY_SECONDS=LONG) as service,
            httpx2.Client(base_url=service.url, timeout=DEADLINE, verify=NO_TLS) as client,
        ):
            service.signal(signal.SIGTERM)
            answer = client.get("/health/ready")
            while answer.status_code == 200:
                answer = client.get("/health/ready")
            assert (answer.status_code, answer.json()["code"]) == (503, "shutting_down")
            assert client.get("/health/live").status_code == 200
            answer = client.post("/users/register", json=a_registration())
            assert (answer.status_code, answer.headers["connection"]) == (201, "close")
            service.signal(signal.SIGTERM)
            assert service.exit_status() == -signal.SIGTERM

"""A supervisor with two workers: one is killed, and all are stopped.

The tests share them, as their interpreter imports everything.
"""

import os
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2
import pytest
from tests.harness.postgres import free_port
from tests.harness.processes import wait_until
from tests.harness.service import NO_TLS, START_DEADLINE, Service
from tests.integration.faults.running_requests import begin_registration, pings


class Workers:
    """A service with two workers, which counts their requests."""

    def __init__(self, service: Service, files: Path, metrics_port: int) -> None:
        self.service = service
        self.files = files
        self._metrics_url = f"http://127.0.0.1:{metrics_port}/metrics"

    def value(self, sample: str) -> float:
        """Return the sum of a sample of the metrics."""
        text = httpx2.get(self._metrics_url, verify=NO_TLS).text
        found = re.findall(rf"^{re.escape(sample)} (\S+)$", text, re.MULTILINE)
        return sum(float(each) for each in found)

    def ping(self, number: int) -> None:
        """Send requests, each on a connection of its own, so that both workers get some."""
        for _ in range(number):
            assert httpx2.get(f"{self.service.url}/ping", verify=NO_TLS).status_code == 200


def wait_for(condition: Callable[[], object], what: str) -> None:
    wait_until(lambda: bool(condition()), f"there is not {what}", deadline=START_DEADLINE)


@pytest.fixture(scope="module")
def workers_of_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workers]:
    home, metrics_port = tmp_path_factory.mktemp("workers"), free_port()
    with TemporaryDirectory(prefix="fastauth-files-") as files:  # a short path: there are sockets in it
        settings = {
            "FASTAUTH_METRICS_PORT": str(metrics_port),
            "FASTAUTH_SHUTDOWN_TIMEOUT_SECONDS": "600",
            "FASTAUTH_WORKERS": "2",
            "TMPDIR": files,
        }
        with Service(f"sqlite:///{home}/a.db", **settings) as service:
            yield Workers(service, Path(files), metrics_port)


@pytest.fixture
def workers(workers_of_file: Workers) -> Workers:
    """Return the workers of the file. They start again if a test has stopped them."""
    if workers_of_file.service.has_ended:
        workers_of_file.service.start()
    return workers_of_file


class TestMetrics:
    def test_sum_over_all_workers_ended_ones_included(self, workers: Workers) -> None:
        value, files = workers.value, workers.files
        most = 'fastauth_database_connections{state="max"}'  # 10 for each worker that has used the database
        sample = 'fastauth_requests_total{method="GET",route="/ping",status="200"}'
        wait_for(lambda: value(most) == 20, "two workers that know the database")
        workers.ping(20)
        wait_for(lambda: value(sample) == 20, "a count of 20")  # it is written after the answer
        victim = min(int(file.stem.rpartition("_")[2]) for file in files.glob("*/counter_*.db"))
        os.kill(victim, signal.SIGKILL)
        wait_for(lambda: value(sample) and not list(files.glob(f"*/*_{victim}.db")), "a burial")
        assert value(sample) == 20
        wait_for(lambda: value(most) == 20, "a worker for the one that is gone")
        # A worker that starts reads the database: a connection is busy for a moment.
        wait_for(lambda: value('fastauth_database_connections{state="busy"}') == 0, "idle workers")
        workers.ping(5)
        wait_for(lambda: value(sample) == 25, "a count of 25")


class TestSigterm:
    def test_answers_requests_and_closes_idle_connections(self, workers: Workers) -> None:
        """Nothing stays of the workers' temporary files."""
        service = workers.service
        running, rest = begin_registration(service)
        with running, service.connect() as idle:
            assert pings(idle)
            service.signal(signal.SIGTERM)
            service.wait_until_it_refuses()
            assert idle.recv(1) == b""
            running.sendall(rest)
            answer = running.recv(65_536)
        assert answer.startswith(b"HTTP/1.1 201 ")
        assert b"connection: close" in answer
        assert service.exit_status() == 0
        assert list(workers.files.iterdir()) == []

"""The database or the service dies, and comes back."""

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx2
import pytest
from tests.builders import a_registration
from tests.integration.postgres import PostgresServer
from tests.integration.service import NO_TLS, Service, is_unavailable

CLIENTS = 8


class Load:
    """Clients who register one new name after the other, and remember every answer."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._over = threading.Event()
        self._progress = threading.Condition()
        self.answers: Counter[int] = Counter()
        self.acknowledged: list[dict[str, str]] = []
        self.unlike_promised: list[httpx2.Response] = []

    def wait_for(self, status: int, more: int) -> None:
        """Return once that many more answers have this status."""
        with self._progress:
            enough = self.answers[status] + more
            assert self._progress.wait_for(lambda: self.answers[status] >= enough, timeout=30), self.answers

    def stop(self) -> None:
        self._over.set()

    def run(self) -> None:
        with httpx2.Client(base_url=self._service.url, timeout=30, verify=NO_TLS) as client:
            while not self._over.is_set():
                registration = a_registration()
                try:
                    response = client.post("/users/register", json=registration)
                except httpx2.TransportError:
                    self._over.wait(0.01)  # the service is away: do not spin
                else:
                    self._note(registration, response)

    def _note(self, registration: dict[str, str], response: httpx2.Response) -> None:
        with self._progress:
            self.answers[response.status_code] += 1
            if response.status_code == 201:
                self.acknowledged.append(registration)
            elif not is_unavailable(response):
                self.unlike_promised.append(response)
            self._progress.notify_all()


@contextmanager
def load(service: Service) -> Iterator[Load]:
    clients = Load(service)
    with ThreadPoolExecutor(CLIENTS) as threads:
        running = [threads.submit(clients.run) for _ in range(CLIENTS)]
        try:
            yield clients
        finally:
            clients.stop()
            for each in running:
                each.result()


class TestDatabaseOutage:
    def test_is_told_and_leaves_no_trace(self, mortal_postgres: PostgresServer) -> None:
        with Service(mortal_postgres.url) as service:
            first = a_registration()
            assert service.register(first).status_code == 201

            mortal_postgres.kill()
            assert is_unavailable(service.register(a_registration()))
            assert is_unavailable(httpx2.get(f"{service.url}/health/ready"))
            assert httpx2.get(f"{service.url}/health/live").status_code == 200

            mortal_postgres.start()
            assert service.register(a_registration()).status_code == 201
            assert service.register(first).status_code == 409
            assert httpx2.get(f"{service.url}/health/ready").status_code == 200

    def test_is_not_seen_by_who_comes_after(self, mortal_postgres: PostgresServer) -> None:
        with Service(mortal_postgres.url) as service:
            service.register_at_once([a_registration() for _ in range(20)])  # fill the pool
            mortal_postgres.kill()
            mortal_postgres.start()
            assert service.register(a_registration()).status_code == 201

    def test_loses_nothing_under_load(self, mortal_postgres: PostgresServer) -> None:
        with Service(mortal_postgres.url) as service:
            with load(service) as clients:
                for _ in range(3):
                    clients.wait_for(201, more=30)
                    mortal_postgres.kill()
                    clients.wait_for(503, more=10)
                    mortal_postgres.start()
                clients.wait_for(201, more=30)
            assert clients.unlike_promised == []
            assert [service.register(each).status_code for each in clients.acknowledged] == [409] * len(
                clients.acknowledged
            )


class TestCrash:
    @pytest.mark.parametrize("workers", ["1", "2"])
    def test_loses_nothing_that_was_acknowledged(self, empty_database_url: str, workers: str) -> None:
        with Service(empty_database_url, FASTAUTH_WORKERS=workers) as service:
            with load(service) as clients:
                for _ in range(3):
                    clients.wait_for(201, more=50)
                    service.kill()
                    service.start()
                clients.wait_for(201, more=50)
            assert clients.unlike_promised == []
            assert [service.register(each).status_code for each in clients.acknowledged] == [409] * len(
                clients.acknowledged
            )

"""The service or its database is killed under load, and started again (F2, F3)."""

from collections.abc import Callable

from faults.load import load
from faults.outcome import Outcome, backend_of
from tests.harness.postgres import PostgresServer
from tests.harness.service import Service

REQUESTS_BETWEEN = 30
"""Successful requests between two faults."""


def kill_service(database_url: str, *, kills: int, workers: int) -> Outcome:
    """Start the service, and `kill_under_load`."""
    with Service(database_url, FASTAUTH_WORKERS=str(workers)) as service:
        outcome = kill_under_load(service, kills=kills)
    outcome.trial = f"kill -9 of the service, workers: {workers}, {backend_of(database_url)}"
    return outcome


def kill_under_load(service: Service, *, kills: int) -> Outcome:
    """Kill a running service with all of its workers, and start it again."""
    outcome = Outcome(f"kill -9 of the service, {backend_of(service.database_url)}")
    with load(service.url) as clients:
        for _ in range(kills):
            clients.wait_for(201, more=REQUESTS_BETWEEN)
            service.kill()
            outcome.injected += 1
            service.start()
            outcome.recoveries.append(clients.wait_for_success())
            outcome.survived += 1
    clients.writes.add_to(outcome, service.database_url)
    return outcome


def kill_database(server: PostgresServer, *, kills: int) -> Outcome:
    """Start a service, and `kill_database_of` it."""
    with Service(server.url) as service:
        return kill_database_of(service, server, kills=kills)


def kill_database_of(
    service: Service, server: PostgresServer, *, kills: int, meanwhile: Callable[[], None] = lambda: None
) -> Outcome:
    """Kill every process of Postgres, call `meanwhile`, and start it again. The service keeps running."""
    outcome = Outcome("kill -9 of Postgres")
    with load(service.url) as clients:
        for _ in range(kills):
            clients.wait_for(201, more=REQUESTS_BETWEEN)
            server.kill()
            outcome.injected += 1
            clients.wait_for(503, more=10)
            meanwhile()
            server.start()
            outcome.recoveries.append(clients.wait_for_success())
            outcome.survived += 1
        if clients.writes.unanswered:
            outcome.unexpected_responses.append(f"{clients.writes.unanswered} unanswered")
    clients.writes.add_to(outcome, server.url)
    return outcome

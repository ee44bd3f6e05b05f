"""Many clients register one username at once (F1)."""

from faults.outcome import Outcome, backend_of
from tests.builders import a_registration
from tests.harness import races
from tests.harness.service import Service

CLIENTS = 64


def race(database_url: str, *, rounds: int, workers: int) -> Outcome:
    """Register one username by `CLIENTS` at once, in each round: one gets 201, the others 409."""
    outcome = Outcome(f"one username for {CLIENTS} clients, workers: {workers}, {backend_of(database_url)}")
    with Service(database_url, FASTAUTH_WORKERS=str(workers)) as service:
        for _ in range(rounds):
            found = races.race([service], [a_registration()] * CLIENTS)
            outcome.injected += 1
            outcome.survived += found.has_one_winner
            outcome.acknowledged += found.statuses[201]
            outcome.duplicates += max(0, found.statuses[201] - 1)
            outcome.unexpected_responses += [
                f"status {status}" for status in found.statuses if status not in {201, 409}
            ]
            if found.repeated:
                outcome.notes.append(f"{found.repeated} requests repeated after a 503")
    return outcome

"""Many clients register one username at once (F1)."""

from collections import Counter

from faults.outcome import Outcome, backend_of
from tests.builders import a_registration
from tests.harness.service import Service

CLIENTS = 64


def race(database_url: str, *, rounds: int, workers: int) -> Outcome:
    """Register one username by `CLIENTS` at once, in each round: one gets 201, the others 409."""
    outcome = Outcome(f"one username for {CLIENTS} clients, workers: {workers}, {backend_of(database_url)}")
    with Service(database_url, FASTAUTH_WORKERS=str(workers)) as service:
        for _ in range(rounds):
            responses = service.register_at_once([a_registration()] * CLIENTS)
            statuses = Counter(response.status_code for response in responses)
            outcome.injected += 1
            outcome.survived += statuses == {201: 1, 409: CLIENTS - 1}
            outcome.acknowledged += statuses[201]
            outcome.duplicates += max(0, statuses[201] - 1)
            outcome.unexpected_responses += [
                f"{each.status_code} {each.text[:200]}"
                for each in responses
                if each.status_code not in {201, 409}
            ]
    return outcome

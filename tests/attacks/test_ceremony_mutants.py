"""Mutants of ceremonies of WebAuthn. `python -m faults.ceremonies` sends 100 000 of them."""

import httpx2
from tests.attacks.ceremony_mutants import attack

from fastauth.entrypoints.container import Container

MUTANTS = 200
SEED = 14


async def test_mutants_are_refused_without_a_fault(client: httpx2.AsyncClient, container: Container) -> None:
    """None is accepted whose signed bytes were changed, and none is answered by a 5xx."""
    outcome = await attack(client, container, mutants=MUTANTS, seed=SEED)
    assert outcome.faults == []
    assert outcome.statuses.total() == MUTANTS
    assert outcome.statuses[401] > MUTANTS // 2

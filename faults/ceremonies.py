"""Mutants of ceremonies of WebAuthn, against the application in this process.

    python -m faults.ceremonies [MUTANTS [SEED]]

The default are 100 000. A mutant that is accepted although signed bytes were changed, or that is answered by
a 5xx, is printed, and the command fails.
"""

import asyncio
import logging
import sys
import time

import httpx2
import structlog
from tests.application import fakes_over
from tests.attacks.ceremony_mutants import Outcome, attack
from tests.fakes import FakePasswordHasher, FakeStorage

from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.app import create_app
from fastauth.entrypoints.settings import Settings

MUTANTS = 100_000
_PART = 1_000
"""Mutants against one application: its fakes copy all they store."""


async def run(mutants: int, seed: int) -> Outcome:
    """Attack applications of their own with parts of the mutants; return the sum."""
    found = Outcome()
    for part in range(0, mutants, _PART):
        fakes = fakes_over(FakeStorage(), FakePasswordHasher())
        container = Container(settings=Settings(rate_limits=False), **fakes)
        await container.rotate_keys()()
        transport = httpx2.ASGITransport(create_app(container), raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://fastauth") as client:
            outcome = await attack(client, container, mutants=min(_PART, mutants - part), seed=seed + part)
        found.statuses += outcome.statuses
        found.faults += outcome.faults
    return found


def main() -> None:
    """Print the statuses, and each fault."""
    given = [int(argument) for argument in sys.argv[1:]]
    mutants, seed = given[0] if given else MUTANTS, given[1] if given[1:] else 0
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    began = time.monotonic()
    outcome = asyncio.run(run(mutants, seed))
    for fault in outcome.faults:
        print(fault)
    statuses = ", ".join(f"{status}: {count}" for status, count in sorted(outcome.statuses.items()))
    print(f"{mutants} mutants in {time.monotonic() - began:.0f} s: {statuses}; {len(outcome.faults)} faults")
    sys.exit(bool(outcome.faults))


if __name__ == "__main__":
    main()

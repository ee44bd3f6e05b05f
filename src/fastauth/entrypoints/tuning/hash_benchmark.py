"""How fast passwords are hashed here."""

import asyncio
from dataclasses import dataclass
from statistics import median
from time import perf_counter, process_time

from fastauth.domain.passwords.password import Password
from fastauth.domain.passwords.ports import PasswordHasher

SEQUENTIAL_HASHES = 5
"""Hashes one after the other, of which the median counts."""
ROUNDS = 2
"""Rounds of as many hashes at once as there are threads."""

_PASSWORD = Password("any password takes as long as any other")


@dataclass(frozen=True, slots=True, kw_only=True)
class HashingSpeed:
    """What was measured, beside whatever else ran on the machine."""

    seconds: float
    """For one hash with nothing of ours beside it."""
    core_seconds: float
    """Of a core for such a hash: what else runs makes it wait, but hardly changes this."""
    per_second: float
    """With a hash on every thread."""


async def hashing_speed(hasher: PasswordHasher, *, threads: int) -> HashingSpeed:
    """Measure the hasher, whose pool has so many threads.

    Raises:
        HashingOverloaded: A single round would be too much.
    """
    alone = [await _one(hasher) for _ in range(SEQUENTIAL_HASHES)]
    began = perf_counter()
    for _ in range(ROUNDS):
        await asyncio.gather(*(hasher.hash(_PASSWORD) for _ in range(threads)))
    return HashingSpeed(
        seconds=median(seconds for seconds, _ in alone),
        core_seconds=median(core_seconds for _, core_seconds in alone),
        per_second=ROUNDS * threads / (perf_counter() - began),
    )


async def _one(hasher: PasswordHasher) -> tuple[float, float]:
    began, worked = perf_counter(), process_time()
    await hasher.hash(_PASSWORD)
    return perf_counter() - began, process_time() - worked

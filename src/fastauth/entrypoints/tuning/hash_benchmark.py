"""Measure the speed of password hashing on this machine."""

import asyncio
from dataclasses import dataclass
from statistics import median
from time import perf_counter, process_time

from fastauth.domain.passwords.password import Password
from fastauth.domain.passwords.ports import PasswordHasher

SEQUENTIAL_HASHES = 5
"""Sequential hashes, of which the median is taken."""
ROUNDS = 2
"""Rounds of concurrent hashes, one for each thread."""

_PASSWORD = Password("any password takes as long as any other")


@dataclass(frozen=True, slots=True, kw_only=True)
class HashingSpeed:
    """The result of a measurement, which includes the effect of other load on the machine."""

    seconds: float
    """Wall-clock time of one hash without concurrent hashes."""
    core_seconds: float
    """CPU time of one hash. Other load hardly changes it."""
    per_second: float
    """Hashes per second with one hash on every thread."""


async def hashing_speed(hasher: PasswordHasher, *, threads: int) -> HashingSpeed:
    """Measure a hasher whose pool has `threads` threads.

    Raises:
        HashingOverloaded: The pool refuses even one round.
    """
    sequential = [await _one(hasher) for _ in range(SEQUENTIAL_HASHES)]
    began = perf_counter()
    for _ in range(ROUNDS):
        await asyncio.gather(*(hasher.hash(_PASSWORD) for _ in range(threads)))
    return HashingSpeed(
        seconds=median(seconds for seconds, _ in sequential),
        core_seconds=median(core_seconds for _, core_seconds in sequential),
        per_second=ROUNDS * threads / (perf_counter() - began),
    )


async def _one(hasher: PasswordHasher) -> tuple[float, float]:
    began, worked = perf_counter(), process_time()
    await hasher.hash(_PASSWORD)
    return perf_counter() - began, process_time() - worked

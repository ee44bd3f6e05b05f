"""Which parameters of Argon2id take a wanted time on this machine."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from fastauth.adapters.passwords import Argon2PasswordHasher, HashingPool
from fastauth.entrypoints.tuning import owasp
from fastauth.entrypoints.tuning.hash_benchmark import HashingSpeed, hashing_speed

KIB_PER_MIB = 1024
PARALLELISM = 1
"""More only help where cores have nothing to do; a server hashes on all of them as it is."""

TOLERANCE = 0.1
"""A share by which two measurements of one pair of parameters may well differ."""

CORRECTIONS = 3
"""Times that a candidate is measured again with another memory, so that it takes the wanted time."""

Measure = Callable[[int, int], Awaitable[HashingSpeed]]
"""Says how fast hashes of so much memory, in KiB, and so many passes are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredParameters:
    """A pair of parameters, and how fast it was here."""

    memory_kib: int
    time_cost: int
    speed: HashingSpeed

    @property
    def work_kib(self) -> int:
        """Memory times passes, by which OWASP's equally strong minima are about equal."""
        return self.memory_kib * self.time_cost


async def candidates(
    measure: Measure, *, seconds: float, memory_kib: int, threads: int
) -> AsyncIterator[MeasuredParameters]:
    """Find, for each number of passes, the most memory with which a hash takes no longer than that.

    The time is that of a core: what else runs here meanwhile is not to weaken the hash.
    None has less than OWASP's minimum for its passes, however long that takes, nor so much that
    `threads` hashes at once take more than `memory_kib`.
    """
    most = memory_kib // threads
    for passes, least in owasp.MINIMUM_PARAMETERS.items():
        if least > most:
            continue
        candidate = await candidate_of(least, passes, measure)
        for _ in range(CORRECTIONS):
            fitting = candidate.memory_kib * seconds / candidate.speed.core_seconds  # they grow alike
            memory = max(least, min(most, int(fitting)) // KIB_PER_MIB * KIB_PER_MIB)
            if abs(memory - candidate.memory_kib) <= TOLERANCE * candidate.memory_kib:
                break
            candidate = await candidate_of(memory, passes, measure)
        yield candidate


async def candidate_of(memory_kib: int, time_cost: int, measure: Measure) -> MeasuredParameters:
    """Measure one pair of parameters."""
    speed = await measure(memory_kib, time_cost)
    return MeasuredParameters(memory_kib=memory_kib, time_cost=time_cost, speed=speed)


def recommend(found: list[MeasuredParameters], *, seconds: float) -> MeasuredParameters:
    """Return the one that costs an attacker most within the time, or else the quickest.

    Times vary: a little more is within it.
    """
    within = [each for each in found if is_within(each, seconds=seconds)]
    if within:
        return max(within, key=lambda each: each.work_kib)
    return min(found, key=lambda each: each.speed.core_seconds)


def is_within(candidate: MeasuredParameters, *, seconds: float) -> bool:
    """Say whether a hash took no more of a core than so many seconds, and `TOLERANCE`."""
    return candidate.speed.core_seconds <= seconds * (1 + TOLERANCE)


def argon2id_on(pool: HashingPool, *, threads: int) -> Measure:
    """Return what measures Argon2id itself, on a pool of so many threads."""

    async def measure(memory_kib: int, time_cost: int) -> HashingSpeed:
        hasher = Argon2PasswordHasher(
            pool=pool, memory_kib=memory_kib, time_cost=time_cost, parallelism=PARALLELISM
        )
        return await hashing_speed(hasher, threads=threads)

    return measure

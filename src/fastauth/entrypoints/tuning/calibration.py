"""Find Argon2id parameters whose hash takes a given time on this machine."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from fastauth.adapters.passwords import Argon2PasswordHasher, HashingPool
from fastauth.entrypoints.tuning import owasp
from fastauth.entrypoints.tuning.hash_benchmark import HashingSpeed, hashing_speed

KIB_PER_MIB = 1024
PARALLELISM = 1
"""More lanes only help on idle cores. A busy server hashes on all cores anyway."""

TOLERANCE = 0.1
"""Relative difference that is normal between two measurements of the same parameters."""

CORRECTIONS = 3
"""Maximum number of measurements with corrected memory for each number of passes."""

Measure = Callable[[int, int], Awaitable[HashingSpeed]]
"""Measures the speed of hashes with this memory in KiB and this number of passes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredParameters:
    """A pair of parameters and its speed on this machine."""

    memory_kib: int
    time_cost: int
    speed: HashingSpeed

    @property
    def work_kib(self) -> int:
        """Memory times passes: about equal for parameters that OWASP calls equally strong."""
        return self.memory_kib * self.time_cost


async def candidates(
    measure: Measure, *, seconds: float, memory_kib: int, threads: int
) -> AsyncIterator[MeasuredParameters]:
    """Yield, for each number of passes, the most memory whose hash takes at most `seconds`.

    The time is CPU time of one core, so that other load on the machine does not weaken the hash. Each result
    has at least OWASP's minimum memory for its passes, even if that takes longer, and at most so much that
    `threads` concurrent hashes fit into `memory_kib`.
    """
    maximum = memory_kib // threads
    for passes, minimum in owasp.MINIMUM_PARAMETERS.items():
        if minimum > maximum:
            continue
        candidate = await candidate_of(minimum, passes, measure)
        for _ in range(CORRECTIONS):
            fitting = candidate.memory_kib * seconds / candidate.speed.core_seconds  # time grows with memory
            memory = max(minimum, min(maximum, int(fitting)) // KIB_PER_MIB * KIB_PER_MIB)
            if abs(memory - candidate.memory_kib) <= TOLERANCE * candidate.memory_kib:
                break
            candidate = await candidate_of(memory, passes, measure)
        yield candidate


async def candidate_of(memory_kib: int, time_cost: int, measure: Measure) -> MeasuredParameters:
    """Measure one pair of parameters."""
    speed = await measure(memory_kib, time_cost)
    return MeasuredParameters(memory_kib=memory_kib, time_cost=time_cost, speed=speed)


def recommend(found: list[MeasuredParameters], *, seconds: float) -> MeasuredParameters:
    """Return the parameters within the time that cost an attacker most, or else the fastest ones."""
    within = [each for each in found if is_within(each, seconds=seconds)]
    if within:
        return max(within, key=lambda each: each.work_kib)
    return min(found, key=lambda each: each.speed.core_seconds)


def is_within(candidate: MeasuredParameters, *, seconds: float) -> bool:
    """Return whether a hash took at most `seconds` of CPU time, plus `TOLERANCE`."""
    return candidate.speed.core_seconds <= seconds * (1 + TOLERANCE)


def argon2id_on(pool: HashingPool, *, threads: int) -> Measure:
    """Return a measurement of Argon2id on a pool with this number of threads."""

    async def measure(memory_kib: int, time_cost: int) -> HashingSpeed:
        hasher = Argon2PasswordHasher(
            pool=pool, memory_kib=memory_kib, time_cost=time_cost, parallelism=PARALLELISM
        )
        return await hashing_speed(hasher, threads=threads)

    return measure

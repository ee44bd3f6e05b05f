"""Whether the time of a refusal tells a name that exists from one that does not."""

from contextlib import suppress
from math import sqrt
from secrets import SystemRandom
from statistics import mean, median, stdev
from time import perf_counter

from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.passwords.password import Password, PasswordHash
from fastauth.domain.passwords.ports import PasswordHasher
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.doctor.finding import Finding, ok, warn

SECONDS_PER_KIND = 0.75
MIN_SAMPLES, MAX_SAMPLES = 10, 100
"""Verifications of each kind, as many of them as that time has room for."""

T_THRESHOLD = 4.5
"""The t that dudect calls a difference (Reparaz et al., 2017)."""


async def user_enumeration(container: Container) -> list[Finding]:
    """Verify a password of nobody's and a wrong one of somebody's in turn, by chance, and compare.

    The hash is what takes the time; that the rest does the same is what the tests hold. Hashes of
    other parameters take another time until their owners log in, and are not looked at here.
    """
    hasher = container.hasher()
    began = perf_counter()
    known = await hasher.hash(Password("of somebody"))
    number = sample_size(perf_counter() - began)
    order: list[PasswordHash | None] = [None, known] * number
    SystemRandom().shuffle(order)
    times: dict[PasswordHash | None, list[float]] = {None: [], known: []}
    for each in order:
        times[each].append(await _milliseconds(hasher, each))
    return [evaluate(times[None], times[known])]


def sample_size(seconds: float) -> int:
    """Return how many verifications of each kind to make where one takes so long."""
    return int(min(MAX_SAMPLES, max(MIN_SAMPLES, SECONDS_PER_KIND / seconds)))


def evaluate(unknown: list[float], known: list[float]) -> Finding:
    """Compare two samples of equal size, in milliseconds."""
    number = len(unknown)
    visible = T_THRESHOLD * sqrt((stdev(unknown) ** 2 + stdev(known) ** 2) / number)
    observed = (
        f"unknown {median(unknown):.1f} ms, known {median(known):.1f} ms (medians of {number});"
        f" means that differ by less than {visible:.1f} ms would not have been seen"
    )
    if abs(mean(known) - mean(unknown)) < visible:
        return ok("timing of names", observed)
    return warn(
        "timing of names", f"{observed}, and these do", remedy="repeat it; bench/enumeration.py says more"
    )


async def _milliseconds(hasher: PasswordHasher, known: PasswordHash | None) -> float:
    began = perf_counter()
    with suppress(InvalidCredentials):
        await hasher.verify_and_update(Password("of nobody"), known)
    return (perf_counter() - began) * 1000

"""Check that the time of a failed log-in does not reveal whether the account exists."""

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
"""Verifications of each kind, as many as fit into `SECONDS_PER_KIND`."""

T_THRESHOLD = 4.5
"""Welch's t above which dudect reports a difference (Reparaz et al., 2017)."""


async def user_enumeration(container: Container) -> list[Finding]:
    """Compare verifications for an unknown account with those of a wrong password, in random order.

    Only the hash is measured, which takes nearly all of the time. Tests cover the rest. Stored hashes with
    other parameters are covered by `fastauth.entrypoints.doctor.stored_hashes`.
    """
    hasher = container.hasher()
    began = perf_counter()
    known = await hasher.hash(Password("of a known account"))
    number = sample_size(perf_counter() - began)
    order: list[PasswordHash | None] = [None, known] * number
    SystemRandom().shuffle(order)
    times: dict[PasswordHash | None, list[float]] = {None: [], known: []}
    for each in order:
        times[each].append(await _milliseconds(hasher, each))
    return [evaluate(times[None], times[known])]


def sample_size(seconds: float) -> int:
    """Return the number of verifications of each kind if one takes `seconds`."""
    return int(min(MAX_SAMPLES, max(MIN_SAMPLES, SECONDS_PER_KIND / seconds)))


def evaluate(unknown: list[float], known: list[float]) -> Finding:
    """Compare two samples of equal size, in milliseconds, with Welch's t-test."""
    number = len(unknown)
    detectable = T_THRESHOLD * sqrt((stdev(unknown) ** 2 + stdev(known) ** 2) / number)
    observed = (
        f"unknown {median(unknown):.1f} ms, known {median(known):.1f} ms (medians of {number});"
        f" differences of the means below {detectable:.1f} ms are not detectable"
    )
    if abs(mean(known) - mean(unknown)) < detectable:
        return ok("user enumeration", observed)
    return warn(
        "user enumeration",
        f"{observed}, and the difference is larger",
        remedy="repeat; bench/enumeration.py measures more",
    )


async def _milliseconds(hasher: PasswordHasher, known: PasswordHash | None) -> float:
    began = perf_counter()
    with suppress(InvalidCredentials):
        await hasher.verify_and_update(Password("wrong"), known)
    return (perf_counter() - began) * 1000

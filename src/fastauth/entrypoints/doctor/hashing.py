"""Checks of the time, rate and memory of password hashing on this machine."""

from fastauth.adapters.passwords import active_build, fastest_build
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.doctor.finding import Finding, fail, ok, warn
from fastauth.entrypoints.tuning.hash_benchmark import HashingSpeed, hashing_speed
from fastauth.entrypoints.tuning.machine import peak_memory_bytes

MAX_HASH_SECONDS = 1.0
"""OWASP's Password Storage Cheat Sheet: "less than one second"."""

HEADROOM = 0.2
"""Share of the memory that is left for connections, buffers and everything else."""

MIB = 1024 * 1024
REMEDY = "FASTAUTH_ARGON2_MEMORY_KIB, FASTAUTH_ARGON2_TIME_COST; fastauth calibrate"


async def hash_library(_container: Container) -> list[Finding]:
    """Check that the fastest build of Argon2 for this processor is used."""
    build, best = active_build(), fastest_build()
    if build == best:
        return [ok("hash library", f"{build} build")]
    observed = f"{build} build; the processor supports {best}"
    return [warn("hash library", observed, remedy="make fast-hash, or the image")]


async def hashing(container: Container) -> list[Finding]:
    """Hash a few passwords, and compare time and memory with the machine."""
    own = peak_memory_bytes()  # before the hashes increase it
    speed = await hashing_speed(container.hasher(), threads=container.hashing_threads())
    return evaluate(container, speed, own)


def evaluate(container: Container, speed: HashingSpeed, own: int) -> list[Finding]:
    """Rate a hashing speed on this machine. Each worker needs `own` bytes besides the hashes."""
    return [_time(speed), _rate(container, speed), _memory(container, own)]


def _time(speed: HashingSpeed) -> Finding:
    observed = f"{speed.seconds * 1000:.0f} ms for one"
    return (
        ok("hash time", observed)
        if speed.seconds < MAX_HASH_SECONDS
        else warn("hash time", observed, remedy=REMEDY)
    )


def _rate(container: Container, speed: HashingSpeed) -> Finding:
    machine, threads = container.machine(), _threads(container)
    rate = speed.per_second * container.settings().workers
    if machine.cpu_limit is None or machine.cpu_limit >= threads:
        return ok("hash rate", f"about {rate:.0f} log-ins and registrations a second, {threads} in parallel")
    rate = min(rate, machine.cpu_limit / speed.seconds)
    observed = (
        f"about {rate:.0f} a second: a CPU limit of {machine.cpu_limit:g} cores for {threads} in parallel"
    )
    return warn("hash rate", observed, remedy="FASTAUTH_WORKERS or the container's CPU limit")


def _memory(container: Container, own: int) -> Finding:
    machine, settings, threads = container.machine(), container.settings(), _threads(container)
    for_hashes, for_workers = threads * settings.argon2_memory_kib * 1024, settings.workers * own
    needed = for_hashes + for_workers
    observed = (
        f"{for_hashes / MIB:.0f} MiB for {threads} in parallel and {for_workers / MIB:.0f} for the service,"
        f" of {machine.usable_memory / MIB:.0f} MiB{'' if machine.memory_limit else ', without a limit'}"
    )
    remedy = "FASTAUTH_ARGON2_MEMORY_KIB, FASTAUTH_WORKERS or the container's memory limit"
    if needed > machine.usable_memory:
        return fail("hash memory", observed, remedy=remedy)
    if needed > machine.usable_memory * (1 - HEADROOM):
        return warn("hash memory", observed, remedy=remedy)
    return ok("hash memory", observed)


def _threads(container: Container) -> int:
    """Return the number of parallel hashes of all workers together."""
    return container.settings().workers * container.hashing_threads()

"""``fastauth calibrate``."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from fastauth.entrypoints.cli.output import console
from fastauth.entrypoints.cli.runner import fail
from fastauth.entrypoints.tuning import owasp

if TYPE_CHECKING:
    from rich.console import Console

    from fastauth.entrypoints.tuning.calibration import MeasuredParameters

DEFAULT = (19_456, 2)
"""Memory in KiB and passes of the default settings, with which the results are compared."""

TABLE_LEGEND = """\
> is recommended: among the parameters within the time, it costs an attacker most. Costs are relative to the
default, 19 MiB and 2 passes. The attacker's cost is memory times passes, which is about equal for all minimum
parameters that OWASP calls equally strong (35 to 46 MiB in its Password Storage Cheat Sheet). Our cost is CPU
time of one core, the median of 5 hashes. The rate per second was measured beside the other load of the
machine."""


def calibrate(
    milliseconds: Annotated[float, typer.Option(help="Maximum time of one hash.", min=1, max=1000)] = 50,
    memory_limit: Annotated[
        int | None,
        typer.Option(help="MiB for all concurrent hashes. Default: half of the memory.", min=1),
    ] = None,
) -> None:
    """Recommend Argon2 parameters for a hash time on this machine.

    Only the settings are written to standard output.
    """
    from fastauth.entrypoints.tuning.calibration import PARALLELISM, is_within, recommend
    from fastauth.entrypoints.tuning.machine import Machine

    machine, err = Machine.detect(), console(stderr=True)
    threads = machine.usable_cores
    memory_kib = memory_limit * 1024 if memory_limit else machine.usable_memory // 2 // 1024
    least = threads * min(owasp.MINIMUM_PARAMETERS.values())
    if memory_kib < least:
        fail(f"--memory-limit: {threads} concurrent hashes with OWASP's minimum need {least // 1024} MiB")
    with err.status(f"hashing, {threads} concurrently ..."):
        default, found = asyncio.run(_measured(milliseconds / 1000, memory_kib, threads))
    chosen = recommend(found, seconds=milliseconds / 1000)
    _show(err, found, chosen, default, threads)
    if not is_within(chosen, seconds=milliseconds / 1000):
        err.print(f"No parameters that OWASP allows take {milliseconds:g} ms here; > is the fastest.")
    typer.echo(f"FASTAUTH_ARGON2_MEMORY_KIB={chosen.memory_kib}")
    typer.echo(f"FASTAUTH_ARGON2_TIME_COST={chosen.time_cost}")
    typer.echo(f"FASTAUTH_ARGON2_PARALLELISM={PARALLELISM}")


async def _measured(
    seconds: float, memory_kib: int, threads: int
) -> "tuple[MeasuredParameters, list[MeasuredParameters]]":
    from fastauth.adapters.passwords import HashingPool
    from fastauth.entrypoints.tuning.calibration import argon2id_on, candidate_of, candidates

    pool = HashingPool(threads=threads)
    try:
        measure = argon2id_on(pool, threads=threads)
        default = await candidate_of(*DEFAULT, measure)
        found = candidates(measure, seconds=seconds, memory_kib=memory_kib, threads=threads)
        return default, [candidate async for candidate in found]
    finally:
        pool.close()


def _show(
    err: "Console",
    found: "list[MeasuredParameters]",
    chosen: "MeasuredParameters",
    default: "MeasuredParameters",
    threads: int,
) -> None:
    from rich.table import Table

    table = Table("")
    headings = (
        "memory",
        "passes",
        "hash time",
        "per second",
        f"{threads} at once",
        "attacker's cost",
        "our cost",
    )
    for heading in headings:
        table.add_column(heading, justify="right")
    for each in found:
        table.add_row(
            ">" if each is chosen else "",
            f"{each.memory_kib / 1024:.0f} MiB",
            f"{each.time_cost}",
            f"{each.speed.core_seconds * 1000:.0f} ms",
            f"{each.speed.per_second:.0f}",
            f"{threads * each.memory_kib / 1024:.0f} MiB",
            f"{each.work_kib / default.work_kib:.1f} x",
            f"{each.speed.core_seconds / default.speed.core_seconds:.1f} x",
        )
    err.print(table)
    err.print(TABLE_LEGEND)

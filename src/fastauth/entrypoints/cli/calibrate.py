"""``fastauth calibrate``."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from fastauth.entrypoints.cli.runner import fail
from fastauth.entrypoints.tuning import owasp

if TYPE_CHECKING:
    from rich.console import Console

    from fastauth.entrypoints.tuning.calibration import ImportRecord

DEFAULT = (19_456, 2)
"""What everything is compared with: the memory in KiB and the passes of the default settings."""

TABLE_LEGEND = """\
> is proposed: of what takes no longer, it costs an attacker most. Costs are relative to the default, 19 MiB
and 2 passes. The attacker's is memory times passes, which is about equal for all the minima that OWASP calls
equally strong (35 to 46 MiB in its Password Storage Cheat Sheet); ours is the time of a core, the median of 5
hashes. How many a second was measured beside whatever else runs here."""


def calibrate(
    milliseconds: Annotated[float, typer.Option(help="How long one hash may take.", min=1, max=1000)] = 50,
    memory_limit: Annotated[
        int | None,
        typer.Option(help="MiB for all hashes at once; half of what there is by default.", min=1),
    ] = None,
) -> None:
    """Propose parameters of Argon2 for a wanted time here. The settings alone go to standard output."""
    from fastauth.entrypoints.tuning.calibration import PARALLELISM, is_within, recommend
    from fastauth.entrypoints.tuning.machine import Machine

    machine, console = Machine.detect(), _console()
    threads = machine.usable_cores
    memory_kib = memory_limit * 1024 if memory_limit else machine.usable_memory // 2 // 1024
    least = threads * min(owasp.MINIMUM_PARAMETERS.values())
    if memory_kib < least:
        fail(f"--memory-limit: {threads} hashes at once of OWASP's minimum take {least // 1024} MiB or more")
    with console.status(f"hashing, {threads} at once ..."):
        default, found = asyncio.run(_measured(milliseconds / 1000, memory_kib, threads))
    chosen = recommend(found, seconds=milliseconds / 1000)
    _show(console, found, chosen, default, threads)
    if not is_within(chosen, seconds=milliseconds / 1000):
        console.print(f"Nothing that OWASP allows takes {milliseconds:g} ms here; > is the quickest.")
    typer.echo(f"FASTAUTH_ARGON2_MEMORY_KIB={chosen.memory_kib}")
    typer.echo(f"FASTAUTH_ARGON2_TIME_COST={chosen.time_cost}")
    typer.echo(f"FASTAUTH_ARGON2_PARALLELISM={PARALLELISM}")


def _console() -> "Console":
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        console.width = 120  # rich would take 80
    return console


async def _measured(
    seconds: float, memory_kib: int, threads: int
) -> "tuple[ImportRecord, list[ImportRecord]]":
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
    console: "Console",
    found: "list[ImportRecord]",
    chosen: "ImportRecord",
    default: "ImportRecord",
    threads: int,
) -> None:
    from rich.table import Table

    table = Table("")
    headings = ("memory", "passes", "one takes", "a second", f"{threads} at once", "attacker pays", "we pay")
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
    console.print(table)
    console.print(TABLE_LEGEND)

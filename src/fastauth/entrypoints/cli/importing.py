"""``fastauth import``."""

import os
from stat import S_ISREG
from typing import TYPE_CHECKING, Annotated

import typer

from fastauth.entrypoints.cli.findings import Findings
from fastauth.entrypoints.cli.output import visible
from fastauth.entrypoints.cli.running import fail, run

if TYPE_CHECKING:
    from io import BufferedReader

    from rich.console import Console
    from rich.progress import Progress

    from fastauth.entrypoints.container import Container
    from fastauth.entrypoints.dumps import Dump

File = Annotated[
    typer.FileBinaryRead,
    typer.Argument(metavar="FILE", help="CSV, JSON lines or a Django fixture; - is standard input."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Read and judge everything, and store nothing.")]
Report = Annotated[
    typer.FileTextWrite | None,
    typer.Option(metavar="FILE", lazy=False, help="Where to write all that is refused, as lines of JSON."),
]


def import_users(file: File, dry_run: DryRun = False, report: Report = None) -> None:
    """Import accounts with the hashes of their passwords. Whoever is there already is left alone.

    The exit status is 1 if anything was refused. After an interruption the same command goes on.
    """
    from rich.console import Console

    from fastauth.entrypoints.dumps import Dump, DumpUnreadable

    console = Console(stderr=True, highlight=False, soft_wrap=True)
    findings = Findings(console, report)
    stopped = ""
    try:
        dump = Dump(file)
        run(lambda container: _import(container, dump, findings, _progress(file, console), dry_run=dry_run))
    except DumpUnreadable as error:
        stopped = f"{visible(file.name)}: {error}"
    except KeyboardInterrupt:
        stopped = "interrupted; the same command goes on"
    finally:
        findings.close(dry_run=dry_run)
    if stopped:
        fail(stopped)
    if findings.refused:
        raise typer.Exit(1)
    if not findings.entries:
        fail(f"{visible(file.name)}: there is nothing in it")


async def _import(
    container: "Container", dump: "Dump", findings: Findings, progress: "Progress", *, dry_run: bool
) -> None:
    with progress:
        async for verdicts in container.import_users()(dump, dry_run=dry_run):
            findings.note(verdicts, unit=dump.unit)
            progress.update(progress.task_ids[0], completed=dump.position, entries=findings.entries)


def _progress(file: "BufferedReader", console: "Console") -> "Progress":
    """Return a bar for the bytes of a file; nothing is shown where there is no terminal."""
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[entries]} entries"),
        TimeRemainingColumn(),
    )
    progress = Progress(*columns, console=console, disable=not console.is_terminal)
    status = os.fstat(file.fileno())
    progress.add_task("", total=status.st_size if S_ISREG(status.st_mode) else None, entries=0)
    return progress

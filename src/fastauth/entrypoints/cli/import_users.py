"""``fastauth import``."""

import os
from stat import S_ISREG
from typing import TYPE_CHECKING, Annotated

import typer

from fastauth.entrypoints.cli.import_report import ImportReport
from fastauth.entrypoints.cli.runner import fail, run
from fastauth.entrypoints.text import escape_control_characters

if TYPE_CHECKING:
    from io import BufferedReader

    from rich.console import Console
    from rich.progress import Progress

    from fastauth.entrypoints.container import Container
    from fastauth.entrypoints.import_formats import Columns, ImportFile

File = Annotated[
    typer.FileBinaryRead,
    typer.Argument(metavar="FILE", help="CSV, JSON lines or a Django fixture; - is standard input."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Validate everything, and store nothing.")]
Report = Annotated[
    typer.FileTextWrite | None,
    typer.Option(
        metavar="FILE",
        lazy=False,
        help="Write the result of each account, with its old and new id, as lines of JSON.",
    ),
]
Column = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FIELD=NAME",
        help="Which column holds a field: username, password, fullname, first_name, last_name, id, email, "
        "email_verified, totp_secret, totp_enabled, active or disabled.",
    ),
]
Ignore = Annotated[
    list[str] | None,
    typer.Option("--ignore-column", metavar="NAME", help="A column to ignore, whatever its name means."),
]
Model = Annotated[
    str | None,
    typer.Option(metavar="APP.MODEL", help="The model of a Django fixture that holds the accounts."),
]


def import_users(  # noqa: PLR0913, PLR0917  the options of a command
    file: File,
    dry_run: DryRun = False,
    report: Report = None,
    column: Column = None,
    ignore_column: Ignore = None,
    model: Model = None,
) -> None:
    """Import accounts with their password hashes. Existing accounts are not changed.

    The exit status is 1 if an entry was rejected, or if the file has no account. After an interruption,
    run the same command again: it continues.
    """
    from rich.console import Console

    from fastauth.entrypoints.import_formats import ImportFile, RecordReader, UnreadableFile

    console = Console(stderr=True, highlight=False, soft_wrap=True)
    outcome = ImportReport(console, report)
    reader = RecordReader(columns=_columns(column or [], ignore_column or []), model=model)
    name, stopped = escape_control_characters(file.name), ""
    try:
        import_file = ImportFile(file, reader)
        run(
            lambda container: _import(
                container, import_file, outcome, _progress(file, console), dry_run=dry_run
            )
        )
    except UnreadableFile as error:
        stopped = f"{name}: {error}"
    except KeyboardInterrupt:
        stopped = "interrupted; run the same command again to continue"
    finally:
        outcome.close(reader.notes, dry_run=dry_run)
    if stopped:
        fail(stopped)
    if outcome.rejected:
        raise typer.Exit(1)
    if not outcome.entries:
        fail(f"{name}: the file is empty")
    if not outcome.accounts:
        fail(f"{name}: no account found, nothing imported; see --model")


def _columns(called: list[str], ignored: list[str]) -> "Columns":
    from fastauth.entrypoints.import_formats import SYNONYMS, Columns, fold

    named = {}
    for each in called:
        wanted, equals, name = each.partition("=")
        if wanted not in SYNONYMS or not equals or not fold(name):
            raise typer.BadParameter(
                f"must be FIELD=NAME, where FIELD is one of {', '.join(SYNONYMS)}", param_hint="--column"
            )
        named[wanted] = name.strip()
    return Columns(called=named, ignored=frozenset(map(fold, ignored)))


async def _import(
    container: "Container",
    import_file: "ImportFile",
    outcome: ImportReport,
    progress: "Progress",
    *,
    dry_run: bool,
) -> None:
    with progress:
        async for results in container.import_users()(import_file, dry_run=dry_run):
            outcome.add(results, unit=import_file.unit)
            progress.update(progress.task_ids[0], completed=import_file.position, entries=outcome.entries)


def _progress(file: "BufferedReader", console: "Console") -> "Progress":
    """Return a progress bar for the bytes of a file. It is hidden where stderr is no terminal."""
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

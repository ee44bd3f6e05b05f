"""Output of commands: tables for people, JSON lines for programs.

Stored names may contain any character, at least those of a migrated table. Tables show control
characters as escapes.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import typer

from fastauth.entrypoints.text import escape_control_characters

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

PIPED_WIDTH = 1_000
"""Columns where the output is no terminal: more than any row has, so no cell is folded."""


def format_time(time: datetime | None) -> str:
    """Return a UTC time to the second, or an empty string for ``None``."""
    return f"{time:%Y-%m-%d %H:%M:%S}Z" if time else ""


def add_row(table: "Table", *cells: object) -> None:
    """Add a row whose text is escaped and not parsed as markup."""
    from rich.text import Text

    table.add_row(*(Text(escape_control_characters(str(cell)), overflow="fold") for cell in cells))


def console(*, stderr: bool = False, **options: Any) -> "Console":  # noqa: ANN401  those of rich
    """Return a console as wide as the terminal, or `PIPED_WIDTH` wide in a pipe."""
    from rich.console import Console

    found = Console(stderr=stderr, **options)
    if not found.is_terminal:
        found.width = PIPED_WIDTH
    return found


def show(table: "Table") -> None:
    """Print a table to standard output."""
    console().print(table)


def echo_json(record: Mapping[str, object]) -> None:
    """Print a record as one line of JSON in ASCII."""
    typer.echo(json.dumps(record, default=_isoformat))


def _isoformat(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError

"""What the commands show: tables for people, JSON lines for programs.

Names may hold anything, at least those in a table that was adopted: whatever could move the cursor,
begin a line or turn the direction of writing is shown as its escape.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.table import Table

PIPED_WIDTH = 1_000
"""Columns where there is no terminal: more than any row has, so that nothing is folded."""

_JOINERS = "\u200c\u200d"  # they shape the letters beside them in Persian and in Hindi, and do no more


def escape_control_characters(text: str) -> str:
    """Return `text` with escapes for what cannot be seen, and for the backslash that begins them."""
    return "".join(
        character
        if (character.isprintable() and character != "\\") or character in _JOINERS
        else character.encode("unicode_escape").decode()
        for character in text
    )


def format_time(moment: datetime | None) -> str:
    """Return a moment to the second, and nothing for none."""
    return f"{moment:%Y-%m-%d %H:%M:%S}Z" if moment else ""


def add_row(table: "Table", *cells: object) -> None:
    """Add a row in which no text is taken for markup."""
    from rich.text import Text

    table.add_row(*(Text(escape_control_characters(str(cell)), overflow="fold") for cell in cells))


def show(table: "Table") -> None:
    """Print a table, as wide as the terminal or, in a pipe, as it is."""
    from rich.console import Console

    Console(width=None if Console().is_terminal else PIPED_WIDTH).print(table)


def echo_json(record: Mapping[str, object]) -> None:
    """Print a record as a line of JSON in ASCII: other characters are escaped."""
    typer.echo(json.dumps(record, default=_isoformat))


def _isoformat(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError

"""The parts of docs/internals/data.md that come from the register of columns.

`python -m tests.harness.data_page` writes them anew, which every new column needs.
"""

from collections.abc import Iterator
from pathlib import Path

from fastauth.domain.personal_data.column import Cleared, DataTable, Deleted, LegalBasis, OnErase
from fastauth.domain.personal_data.register import REGISTER

PAGE = Path(__file__).parents[2] / "docs/internals/data.md"
FIRST, AFTER = "## Tables\n", "## Outside of the database\n"
"""The headings of the first generated section, and of the section after the generated ones."""

TABLES = """
The legal basis is a proposal after article 6 of the GDPR; the operator of an installation decides. An
erasure does with a value what its column says, or else what its table says.

| Table | Purpose | Legal basis | Erasure |
|---|---|---|---|
"""
COLUMNS = """
## Columns

| Column | Class | Contents | Retention | Erasure | Export |
|---|---|---|---|---|---|
"""


def generated() -> str:
    """Return the sections from the register."""
    parts = [FIRST, TABLES, *map(_table_row, REGISTER), COLUMNS]
    parts += [row for table in REGISTER for row in _column_rows(table)]
    return "".join([*parts, "\n`fastauth_migration` has the number of the newest migration.\n\n"])


def with_generated(page: str) -> str:
    """Return the page with the generated sections replaced."""
    before, rest = page.split(FIRST)
    return f"{before}{generated()}{AFTER}{rest.partition(AFTER)[2]}"


def _table_row(table: DataTable) -> str:
    basis = "-" if table.basis is LegalBasis.NOT_PERSONAL else table.basis.value
    return f"| `{table.name}` | {table.purpose} | {basis} | {_fate(table.on_erase)} |\n"


def _column_rows(table: DataTable) -> Iterator[str]:
    for column in table.columns:
        cells = (
            f"`{table.name}.{column.name}`",
            column.data_class.value,
            column.contents,
            column.retention or table.retention,
            "" if column.on_erase is None else _fate(column.on_erase),
            "yes" if column.exported else f"no: {column.withheld}" if column.withheld else "",
        )
        yield f"| {' | '.join(cells)} |\n".replace("|  |", "| |").replace("|  |", "| |")


def _fate(on_erase: OnErase) -> str:
    match on_erase:
        case Deleted():
            return "deleted"
        case Cleared(()):
            return "cleared"
        case Cleared(kinds):
            return f"cleared, except of {' and '.join(f'`{each}`' for each in kinds)}"
        case kept:
            return f"kept: {kept.reason}"


if __name__ == "__main__":
    PAGE.write_text(with_generated(PAGE.read_text("utf-8")), "utf-8")

"""The outcome of an import: shown on the terminal and written to a report."""

import json
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, TextIO

from fastauth.application.accounts.import_record import ImportResult, Outcome
from fastauth.entrypoints.cli.output import add_row, show
from fastauth.entrypoints.text import escape_control_characters

if TYPE_CHECKING:
    from rich.console import Console

    from fastauth.entrypoints.import_formats import ImportNotes

MAX_SHOWN = 20
"""Rejected entries that are shown one by one: what fits on a screen. The report has all of them."""


class ImportReport:
    """Show the first rejected entries, write every result to the report file, and count the outcomes."""

    def __init__(self, console: "Console", report: TextIO | None) -> None:
        self._console = console
        self._report = report
        self._outcomes: Counter[Outcome] = Counter()
        self._reasons: Counter[str] = Counter()
        self._without_address: Counter[str] = Counter()

    @property
    def entries(self) -> int:
        """The number of entries in the file."""
        return self._outcomes.total()

    @property
    def accounts(self) -> int:
        """The number of entries that were imported (in a dry run: would be) or existed already."""
        return self._outcomes[Outcome.IMPORTED] + self._outcomes[Outcome.EXISTS]

    @property
    def rejected(self) -> int:
        """The number of rejected entries."""
        return self._outcomes[Outcome.REJECTED]

    def add(self, results: Iterable[ImportResult], *, unit: str) -> None:
        """Count results. `unit` is what their positions count: lines or entries."""
        for result in results:
            self._outcomes[result.outcome] += 1
            if result.outcome is Outcome.REJECTED:
                self._add_rejected(result, unit)
            elif result.violations:
                self._add_without_address(result, unit)
            elif result.old_id is not None:
                self._write(_position(result, unit) | {"outcome": result.outcome})

    def close(self, notes: "ImportNotes", *, dry_run: bool) -> None:
        """Show the totals, and write them as the last line of the report."""
        if not self.entries:
            return
        from rich.table import Table

        table = Table.grid(padding=(0, 2))
        for outcome in Outcome:
            words = outcome.replace("_", " ")
            would_be = dry_run and outcome is Outcome.IMPORTED
            add_row(table, f"would be {words}" if would_be else words, self._outcomes[outcome])
        for reason, count in self._reasons.most_common():
            add_row(table, f"  {reason}", count)
        if self._without_address:
            add_row(table, "without its address", self._without_address.total())
        for reason, count in self._without_address.most_common():
            add_row(table, f"  {reason}", count)
        show(table)
        self._show_notes(notes)
        totals: dict[str, object] = {outcome: self._outcomes[outcome] for outcome in Outcome}
        extras: dict[str, object] = {"columns_not_read": [*notes.unread], "trimmed": notes.trimmed}
        present = {name: value for name, value in extras.items() if value}
        self._write({**totals, **present, "dry_run": dry_run})

    def _show_notes(self, notes: "ImportNotes") -> None:
        if notes.trimmed:
            trimmed = "1 entry" if notes.trimmed == 1 else f"{notes.trimmed} entries"
            self._console.print(f"white space around values removed in {trimmed}", markup=False)
        if notes.unread:
            columns = ", ".join(map(escape_control_characters, notes.unread))
            self._console.print(f"columns not read: {columns}", markup=False)

    def _add_rejected(self, result: ImportResult, unit: str) -> None:
        if self.rejected <= MAX_SHOWN:
            self._show_violations(result, unit)
        elif self.rejected == MAX_SHOWN + 1:
            self._console.print("more entries were rejected; --report lists all of them")
        self._reasons.update(f"{violation.field}: {violation.code}" for violation in result.violations)
        self._write(_position(result, unit) | {"rejected": _reasons(result)})

    def _add_without_address(self, result: ImportResult, unit: str) -> None:
        self._without_address.update(f"{each.field}: {each.code}" for each in result.violations)
        if self._without_address.total() <= MAX_SHOWN:
            self._show_violations(result, unit)
        elif self._without_address.total() == MAX_SHOWN + 1:
            self._console.print("more addresses were left out; --report lists all of them")
        outcome = {"outcome": result.outcome, "address_left_out": _reasons(result)}
        self._write(_position(result, unit) | outcome)

    def _show_violations(self, result: ImportResult, unit: str) -> None:
        for violation in result.violations:
            name = "" if violation.field == unit else f"{escape_control_characters(violation.field)}: "
            self._console.print(f"{unit} {result.position}: {name}{violation.detail}", markup=False)

    def _write(self, record: dict[str, object]) -> None:
        if self._report:
            self._report.write(json.dumps(record) + "\n")


def _reasons(result: ImportResult) -> list[dict[str, str]]:
    return [{"field": each.field, "code": each.code, "detail": each.detail} for each in result.violations]


def _position(result: ImportResult, unit: str) -> dict[str, object]:
    """Return the position of an entry and, if known, its old and its new id."""
    ids = {"old_id": result.old_id, "id": result.new_id}
    return {unit: result.position} | {name: value for name, value in ids.items() if value is not None}

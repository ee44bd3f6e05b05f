"""What came of an import."""

import json
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, TextIO

from fastauth.application.accounts.import_users import ImportResult, Outcome
from fastauth.entrypoints.cli.output import add_row, escape_control_characters, show

if TYPE_CHECKING:
    from rich.console import Console

    from fastauth.entrypoints.import_formats import ImportNotes

MAX_SHOWN = 20
"""Refusals that are told one by one: what fits on a screen. The report has all of them."""


class ImportReport:
    """Tell the first refusals as they come, write all of them to a report, and count everything."""

    def __init__(self, console: "Console", report: TextIO | None) -> None:
        self._console = console
        self._report = report
        self._outcomes: Counter[Outcome] = Counter()
        self._reasons: Counter[str] = Counter()

    @property
    def entries(self) -> int:
        """How many entries there were."""
        return self._outcomes.total()

    @property
    def accounts(self) -> int:
        """How many were imported, or would be, or were there already."""
        return self._outcomes[Outcome.IMPORTED] + self._outcomes[Outcome.EXISTS]

    @property
    def refused(self) -> int:
        """How many of them were refused."""
        return self._outcomes[Outcome.REJECTED]

    def note(self, verdicts: Iterable[ImportResult], *, unit: str) -> None:
        """Count verdicts on entries whose places count this unit."""
        for verdict in verdicts:
            self._outcomes[verdict.outcome] += 1
            if verdict.outcome is Outcome.REJECTED:
                self._refuse(verdict, unit)
            elif verdict.old_id is not None:
                self._write(_place(verdict, unit) | {"outcome": verdict.outcome})

    def close(self, notes: "ImportNotes", *, dry_run: bool) -> None:
        """Show the sums, and make them the last line of the report."""
        if not self.entries:
            return
        from rich.table import Table

        table = Table.grid(padding=(0, 2))
        for outcome in Outcome:
            told = outcome.replace("_", " ")
            count = self._outcomes[outcome]
            add_row(table, f"would be {told}" if dry_run and outcome is Outcome.IMPORTED else told, count)
        for reason, count in self._reasons.most_common():
            add_row(table, f"  {reason}", count)
        show(table)
        self._tell(notes)
        sums: dict[str, object] = {outcome: self._outcomes[outcome] for outcome in Outcome}
        noted: dict[str, object] = {"columns_not_read": [*notes.unread], "trimmed": notes.trimmed}
        worth_telling = {name: value for name, value in noted.items() if value}
        self._write({**sums, **worth_telling, "dry_run": dry_run})

    def _tell(self, notes: "ImportNotes") -> None:
        if notes.trimmed:
            told = f"blanks around values were removed in {notes.trimmed} entries"
            self._console.print(told, markup=False)
        if notes.unread:
            columns = ", ".join(map(escape_control_characters, notes.unread))
            self._console.print(f"columns that were not read: {columns}", markup=False)

    def _refuse(self, verdict: ImportResult, unit: str) -> None:
        where = f"{unit} {verdict.position}"
        if self.refused <= MAX_SHOWN:
            for violation in verdict.violations:
                what = "" if violation.field == unit else f"{escape_control_characters(violation.field)}: "
                self._console.print(f"{where}: {what}{violation.detail}", markup=False)
        elif self.refused == MAX_SHOWN + 1:
            self._console.print("... and more; --report has them all")
        self._reasons.update(f"{violation.field}: {violation.code}" for violation in verdict.violations)
        reasons = [
            {"field": violation.field, "code": violation.code, "detail": violation.detail}
            for violation in verdict.violations
        ]
        self._write(_place(verdict, unit) | {"rejected": reasons})

    def _write(self, record: dict[str, object]) -> None:
        if self._report:
            self._report.write(json.dumps(record) + "\n")


def _place(verdict: ImportResult, unit: str) -> dict[str, object]:
    """Return where an entry stands and, as far as they are known, its old id and its new one."""
    ids = {"old_id": verdict.old_id, "id": verdict.new_id}
    return {unit: verdict.position} | {name: value for name, value in ids.items() if value is not None}

"""What came of an injected fault, in numbers that can be compared."""

from dataclasses import dataclass, field
from statistics import median


@dataclass
class Outcome:
    """What one trial found. Whatever counts as a failure has 0 as its goal."""

    trial: str
    injected: int = 0
    survived: int = 0
    """After how many of these the service did as before, without having been restarted by hand."""
    acknowledged: int = 0
    """Registrations and log-ins that were answered with 201."""
    lost: int = 0
    """Of those, how many are not in the database."""
    duplicates: int = 0
    """Clients who were given a name that another one had been given."""
    unexpected_responses: list[str] = field(default_factory=list)
    """Answers that no page of the documentation promises."""
    leaked: int = 0
    """Connections to the database beyond those that the pool may have."""
    slowest: float = 0
    """Seconds that the slowest answer took."""
    recoveries: list[float] = field(default_factory=list)
    """Seconds from the end of each fault to the first request that was served again."""
    notes: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Whether every goal was reached."""
        failures = (self.lost, self.duplicates, len(self.unexpected_responses), self.leaked)
        return self.survived == self.injected and not any(failures)


def backend_of(database_url: str) -> str:
    """Return what a database is called in a table."""
    return "SQLite" if database_url.startswith("sqlite") else "Postgres"


HEADINGS = (
    "trial", "faults", "survived", "acknowledged", "lost", "duplicates", "other errors", "leaked",
    "slowest s", "recovery s (median, most)",
)  # fmt: skip


def table(outcomes: list[Outcome]) -> str:
    """Return the outcomes as a table in Markdown, and the notes below it."""
    rows = [HEADINGS, *(_row(each) for each in outcomes)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    notes = [f"{each.trial}: {note}" for each in outcomes for note in each.notes]
    wrong = [
        f"{each.trial}: not as promised: {told}"
        for each in outcomes
        for told in each.unexpected_responses[:5]
    ]
    return "\n".join([*lines, "", *notes, *wrong])


def _row(outcome: Outcome) -> tuple[str, ...]:
    recoveries = outcome.recoveries
    return (
        outcome.trial,
        str(outcome.injected),
        str(outcome.survived),
        str(outcome.acknowledged),
        str(outcome.lost),
        str(outcome.duplicates),
        str(len(outcome.unexpected_responses)),
        str(outcome.leaked),
        f"{outcome.slowest:.2f}" if outcome.slowest else "",
        f"{median(recoveries):.2f}, {max(recoveries):.2f}" if recoveries else "",
    )

"""The outcome of injected faults, in numbers that can be compared."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median


@dataclass
class Outcome:
    """The outcome of one trial. The goal of every count of failures is 0."""

    trial: str
    injected: int = 0
    """The number of faults."""
    survived: int = 0
    """The faults after which the service worked as before, without a manual restart."""
    acknowledged: int = 0
    """Registrations and log-ins with the status 201."""
    lost: int = 0
    """Of those, the number that is not in the database."""
    duplicates: int = 0
    """Usernames or user ids that were given to a second client."""
    unexpected_responses: list[str] = field(default_factory=list)
    """Responses that are not documented for this fault."""
    leaked: int = 0
    """Connections to the database beyond the size of the pools."""
    slowest: float = 0
    """The duration of the slowest response, in seconds."""
    recoveries: list[float] = field(default_factory=list)
    """Seconds from the end of each fault to the first request that succeeds."""
    notes: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Whether every goal was reached."""
        failures = (self.lost, self.duplicates, len(self.unexpected_responses), self.leaked)
        return self.survived == self.injected and not any(failures)

    @property
    def unexpected_examples(self) -> list[str]:
        """The first unexpected responses, each with the name of the trial."""
        return [f"{self.trial}: unexpected: {each}" for each in self.unexpected_responses[:5]]


def backend_of(database_url: str) -> str:
    """Return the name of the database in a table."""
    return "SQLite" if database_url.startswith("sqlite") else "Postgres"


HEADINGS = (
    "trial", "faults", "survived", "acknowledged", "lost", "duplicates", "other errors", "leaked",
    "slowest s", "recovery s (median, max)",
)  # fmt: skip


def table(outcomes: list[Outcome]) -> str:
    """Return the outcomes as a Markdown table, followed by notes and unexpected responses."""
    notes = [f"{each.trial}: {note}" for each in outcomes for note in each.notes]
    unexpected = [example for each in outcomes for example in each.unexpected_examples]
    return "\n".join([*markdown_table(HEADINGS, map(_row, outcomes)), "", *notes, *unexpected])


def markdown_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a Markdown table."""
    return [markdown_row(headings), markdown_row(["---"] * len(headings)), *map(markdown_row, rows)]


def markdown_row(cells: Sequence[str]) -> str:
    """Return a row of a Markdown table."""
    return f"| {' | '.join(cells)} |"


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

"""What a round of deliveries did."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from fastauth.domain.outbox.message import OutboxKind, OutboxOutcome


class Unfinished(StrEnum):
    """Why an entry that was claimed still waits."""

    RETRIED = "retried"
    """The attempt failed; another one follows."""
    POSTPONED = "postponed"
    """The budget of the whole service is spent."""
    UNRECORDED = "unrecorded"
    """The result could not be stored. The entry is delivered again when the lease has run out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What became of one claimed entry."""

    kind: OutboxKind
    result: OutboxOutcome | Unfinished
    error: str | None = None
    """Why the attempt failed, without addresses and contents."""
    due_in: timedelta = timedelta(0)
    """When an unfinished entry is due again, from now."""
    bug: Exception | None = field(default=None, repr=False)
    """An exception that no handler should raise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRound:
    """What became of all entries of one claim."""

    deliveries: tuple[Delivery, ...] = ()
    is_full: bool = False
    """Whether as many entries were claimed as one claim may: more may be due."""

    @property
    def is_postponed(self) -> bool:
        """Return whether the budget is spent, so that another claim is of no use for some seconds."""
        return any(each.result is Unfinished.POSTPONED for each in self.deliveries)

    @property
    def continues_at_once(self) -> bool:
        """Return whether another claim may find entries that can be delivered now."""
        waits = {Unfinished.POSTPONED, Unfinished.UNRECORDED}
        return self.is_full and waits.isdisjoint(each.result for each in self.deliveries)

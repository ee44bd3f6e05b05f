"""Ports to the outbox: one adds entries in a transaction, the other hands them out for delivery."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from fastauth.domain.accounts.user import UserId
from fastauth.domain.outbox.message import Backlog, OutboxKind, OutboxOutcome, OutboxPlace, OutboxRecord
from fastauth.domain.outbox.sealed import ClaimedEntry


class Outbox(Protocol):
    """The outbox within a transaction: an entry is stored together with what it is about, or not at all."""

    async def add(  # noqa: PLR0913  the columns of a row
        self,
        kind: OutboxKind,
        content: Mapping[str, str],
        *,
        user_id: UserId | None,
        now: datetime,
        due_at: datetime | None = None,
        expires_at: datetime | None = None,
    ) -> str:
        """Store an entry and return its id.

        The content is encrypted. An entry of a user is deleted with the account. It is due at `due_at`, by
        default at once, and closed as expired if it is not delivered before `expires_at`.
        """


class OutboxQueue(Protocol):
    """The entries that wait, shared by all processes."""

    async def claim(
        self, *, kinds: Collection[OutboxKind], now: datetime, lease: timedelta, limit: int
    ) -> list[ClaimedEntry]:
        """Return up to `limit` entries of `kinds` that are due: those due for longest, in any order.

        No other call returns them before the time `crash_delay`, which is at least `lease`, is over.
        """

    async def complete(
        self, entry_id: str, *, outcome: OutboxOutcome, now: datetime, error: str | None = None
    ) -> None:
        """Close an entry and delete its content. An entry that is closed already stays as it is.

        Without `error` it keeps that of its last failed attempt.
        """

    async def retry(self, entry: ClaimedEntry, *, due_at: datetime, error: str | None) -> None:
        """Return an entry after a failed attempt, unless another process has claimed it since."""

    async def release(self, entry: ClaimedEntry, *, due_at: datetime) -> None:
        """Return an entry that was not tried, and do not count the attempt.

        It does nothing if another process has claimed the entry since.
        """

    async def make_due(self, *, entry_id: str | None, now: datetime) -> int:
        """Make a waiting entry due now, or all of them; return how many.

        Entries that a process may be delivering stay as they are.
        """

    async def records(
        self, *, waiting: bool, limit: int, after: OutboxPlace | None = None
    ) -> list[OutboxRecord]:
        """Return up to `limit` entries: those that wait, the oldest due first, or the last closed first.

        With `after` the list begins behind that place.
        """

    async def backlog(self, *, now: datetime) -> Backlog:
        """Return how many entries wait, and how long the oldest has been due."""

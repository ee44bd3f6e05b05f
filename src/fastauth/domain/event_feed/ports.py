"""Ports that number events, and read them by number."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from fastauth.domain.accounts.user import UserId
from fastauth.domain.event_feed.published_event import PublishedEvent, PublishedType

WINDOW = 10_000
"""Numbers that one read looks at, whatever types it selects: about 20 ms on PostgreSQL."""


@dataclass(frozen=True, slots=True)
class FeedPlace:
    """A number, and the time of the event that has it."""

    seq: int
    at: datetime | None = None
    """``None`` if the event is no longer stored, or if there is none: before the first one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPage:
    """A part of the feed."""

    events: tuple[PublishedEvent, ...]
    """In the order of their numbers."""
    end: FeedPlace
    """Up to where was read. The next read begins behind it."""
    last: int
    """The last number that has been given."""
    start: FeedPlace
    """The place behind which was read, as it is stored now."""
    next_at: datetime | None
    """The time of the event behind `start`; ``None`` if it is no longer stored, or there is none yet."""

    @property
    def more(self) -> bool:
        """Return whether numbers behind `end` have been given."""
        return self.end.seq < self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedAccount:
    """An account as other services see it."""

    id: UserId
    username: str
    fullname: str
    email: str | None
    """The verified e-mail address."""
    disabled: bool
    roles: tuple[str, ...]


class FeedAccounts(Protocol):
    """Reads accounts for services that keep a copy of them."""

    async def page(self, *, after: UserId, limit: int) -> tuple[FeedAccount, ...]:
        """Return at most `limit` accounts with ids above `after`, in the order of their ids."""

    async def find(self, ids: Collection[UserId]) -> tuple[FeedAccount, ...]:
        """Return those of the accounts that exist."""


class EventFeed(Protocol):
    """Reads the events that have a number.

    Numbers are given in the order of commits, and a number is seen only with all lower ones. So a reader
    that continues behind its last number misses nothing.
    """

    async def last(self) -> FeedPlace:
        """Return the last number that has been given."""

    async def read(
        self, *, after: int, limit: int, types: frozenset[PublishedType] | None = None
    ) -> FeedPage:
        """Return at most `limit` events behind the number `after`, of some types or of all.

        A page may be empty though there are more: it ends after `WINDOW` numbers.
        """


class EventNumbering(Protocol):
    """Gives numbers to events that are committed."""

    async def number(self, *, limit: int) -> int:
        """Give the next numbers to at most `limit` events; return to how many: 0 if another process does."""

    async def oldest_unnumbered(self) -> datetime | None:
        """Return the time of the oldest event that waits for its number; ``None`` if none does."""

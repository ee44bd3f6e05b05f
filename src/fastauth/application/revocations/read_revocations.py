"""Read the revocation feed."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from fastauth.application.revocations.recent_revocations import READ_INTERVAL, Read, RecentRevocations
from fastauth.domain.clock import Clock
from fastauth.domain.revocations.cursor import Cursor
from fastauth.domain.revocations.ports import RevocationReader
from fastauth.domain.revocations.revocation import (
    MARGIN,
    MAX_CLOCK_AND_TRANSACTION,
    PAGE_SIZE,
    Revocation,
)


@dataclass(frozen=True, slots=True)
class RevocationPage:
    """An answer of the feed."""

    revocations: list[Revocation]
    cursor: Cursor
    waited: float
    """Seconds between the arrival of the request and the read whose news these are."""

    @property
    def more(self) -> bool:
        """Return whether revocations are left that this answer had no room for."""
        return self.cursor.place is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRevocations:
    """Return the news since a cursor, at once or as soon as there are any."""

    recent: RecentRevocations
    reader: RevocationReader
    token_lifetime: timedelta
    clock: Clock
    monotonic: Callable[[], float] = time.monotonic

    async def __call__(self, *, cursor: str | None, wait: float) -> RevocationPage:
        """Return the news. A request waits for them at most `wait` seconds.

        A cursor that cannot be read is treated as if there were none: the client gets everything that still
        matters.

        Raises:
            StorageUnavailable: Try again later.
        """
        arrived, known = self.monotonic(), self._known(cursor)
        while True:
            read = await self.recent.next_read()
            waited = read.began - arrived
            news = self.recent.news_since(known) if known and not known.place else None
            if news is None or len(news.revocations) > PAGE_SIZE:
                return await self._from_database(known, read, waited)
            if news.revocations or waited + READ_INTERVAL > wait:
                return RevocationPage(news.revocations, news.cursor, waited)

    def _known(self, text: str | None) -> Cursor | None:
        cursor = Cursor.decode(text) if text else None
        is_usable = cursor and cursor.read_at <= self.clock.now() + MAX_CLOCK_AND_TRANSACTION
        return cursor if is_usable else None

    async def _from_database(self, known: Cursor | None, read: Read, waited: float) -> RevocationPage:
        place = known.place if known else None
        since = self.clock.now() - self.token_lifetime - MARGIN
        if place:
            since = place.at - timedelta(microseconds=1)
        elif known:
            since = max(since, known.read_at - MAX_CLOCK_AND_TRANSACTION)
        found = await self.reader.read(since=since, after=place, limit=PAGE_SIZE + 1)
        # All pages of an answer are as of its first one: what was committed meanwhile comes again.
        as_of = known if known and place else read.cursor
        last = found[PAGE_SIZE - 1] if len(found) > PAGE_SIZE else None
        cursor = Cursor(as_of.reader, as_of.number, as_of.read_at, last)
        return RevocationPage(found[:PAGE_SIZE], cursor, waited)

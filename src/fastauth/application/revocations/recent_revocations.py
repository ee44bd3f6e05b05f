"""The latest revocations in memory, read from the database for all requests that wait for them."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf
from secrets import token_bytes

from fastauth.domain.clock import Clock
from fastauth.domain.revocations.cursor import Cursor
from fastauth.domain.revocations.ports import RevocationReader
from fastauth.domain.revocations.revocation import MAX_CLOCK_AND_TRANSACTION, Revocation

READ_INTERVAL = 0.25
"""Seconds between two reads, however many requests wait."""

MEMORY_RETENTION = timedelta(seconds=60) + MAX_CLOCK_AND_TRANSACTION
"""How long revocations stay in memory. A client that was away for longer is answered from the database."""


@dataclass(frozen=True, slots=True)
class Read:
    """One read of the database, and what is in memory after it."""

    began: float
    """By the monotonic clock, in seconds."""
    cursor: Cursor
    complete_since: datetime
    """All later revocations are in memory."""
    found_by: Mapping[Revocation, int]
    """The number of the read that first found each of them."""


@dataclass(frozen=True, slots=True)
class News:
    """What a client does not have, and the cursor with which it has it."""

    revocations: list[Revocation]
    cursor: Cursor


class RecentRevocations:
    """Reads the database while requests wait, at most once in `READ_INTERVAL` seconds.

    Two transactions may commit in another order than their times. So each read begins
    `MAX_CLOCK_AND_TRANSACTION` before the one before it, and each revocation keeps the number of the read
    that first found it.
    """

    def __init__(
        self,
        *,
        reader: RevocationReader,
        clock: Clock,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._reader = reader
        self._clock = clock
        self._monotonic = monotonic
        self._sleep = sleep
        self._one_at_a_time = asyncio.Lock()
        self._scheduled: asyncio.Task[Read] | None = None
        self._last_began = -inf
        self._last: Read | None = None

    async def next_read(self) -> Read:
        """Return the first read that begins from now on, when it is complete.

        Raises:
            StorageUnavailable: Try again later.
        """
        if self._scheduled is None:
            self._scheduled = asyncio.create_task(self._read_when_due())
            self._scheduled.add_done_callback(_retrieve_exception)
        return await asyncio.shield(self._scheduled)

    def news_since(self, cursor: Cursor) -> News | None:
        """Return what a client with `cursor` does not have; ``None`` if memory does not reach back so far."""
        since, last = cursor.read_at - MAX_CLOCK_AND_TRANSACTION, self._last
        if last is None or since < last.complete_since:
            return None
        if cursor.reader == last.cursor.reader:
            found = [each for each, number in last.found_by.items() if number > cursor.number]
        else:
            found = [each for each in last.found_by if each.at > since]
        return News(found, last.cursor)

    async def _read_when_due(self) -> Read:
        await self._sleep(max(0, self._last_began + READ_INTERVAL - self._monotonic()))
        async with self._one_at_a_time:
            self._scheduled = None  # a request that arrives from now on needs another read
            self._last_began = self._monotonic()
            return await self._read()

    async def _read(self) -> Read:
        began, now, last = self._monotonic(), self._clock.now(), self._last
        if last and timedelta(0) <= now - last.cursor.read_at < MEMORY_RETENTION:
            since, complete_since = last.cursor.read_at - MAX_CLOCK_AND_TRANSACTION, last.complete_since
            cursor, known = Cursor(last.cursor.reader, last.cursor.number + 1, now), last.found_by
        else:
            since = complete_since = now - MEMORY_RETENTION
            cursor, known = Cursor(token_bytes(8), 0, now), {}
        complete_since = max(complete_since, now - MEMORY_RETENTION)
        found = await self._reader.read(since=since)
        found_by = {each: number for each, number in known.items() if each.at > complete_since}
        for each in found:
            if each.at > complete_since:
                found_by.setdefault(each, cursor.number)
        self._last = Read(began, cursor, complete_since, found_by)
        return self._last


def _retrieve_exception(task: asyncio.Task[Read]) -> None:
    """Mark the error as handled for asyncio: all requests that waited may have been cancelled."""
    if not task.cancelled():
        task.exception()

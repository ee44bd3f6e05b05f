"""A process that delivers the outbox to a file, and dies at a given moment as by ``kill -9``."""

import asyncio
import logging
import os
import signal
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import make_url

from fastauth.adapters.sql import SqlOutboxQueue
from fastauth.domain.outbox.message import OutboxEntry, OutboxKind, OutboxOutcome
from fastauth.domain.outbox.sealed import ClaimedEntry
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.outbox_relay import outbox_relay
from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.startup import shut_down

PHASES = ("claimed", "delivering", "delivered", "recorded")
"""Of a delivery, in their order. A process that dies as `delivered` has delivered and not stored that."""

SPEED = 100
"""How fast the clock of `relay_until_killed` goes, so that a lease of a minute is over in 0.6 seconds."""


@dataclass(frozen=True)
class Death:
    """The moment at which a process dies: the n-th time that a delivery reaches a phase."""

    phase: str
    hits: int


class Clock:
    """The time of the system, moved by `offset`, and `speed` times as fast from now on."""

    def __init__(self, offset: timedelta, *, speed: int = 1) -> None:
        self._began = datetime.now(UTC)
        self._offset = offset
        self._speed = speed

    def now(self) -> datetime:
        """See `fastauth.domain.clock.Clock`."""
        return self._began + self._offset + (datetime.now(UTC) - self._began) * self._speed


class Reaper:
    """Kills this process when its `death` has come."""

    def __init__(self, death: Death | None) -> None:
        self._death = death
        self._hits = 0

    def reached(self, phase: str) -> None:
        """Note that a delivery has reached a phase."""
        if self._death and phase == self._death.phase:
            self._hits += 1
            if self._hits == self._death.hits:
                os.kill(os.getpid(), signal.SIGKILL)


class ReapedQueue(SqlOutboxQueue):
    """The queue in SQL, after whose statements the process may die."""

    def __init__(self, container: Container, reaper: Reaper) -> None:
        super().__init__(connections=container.database().autocommit)
        self._reaper = reaper

    async def claim(
        self, *, kinds: Collection[OutboxKind], now: datetime, lease: timedelta, limit: int
    ) -> list[ClaimedEntry]:
        """Claim, and perhaps die."""
        entries = await super().claim(kinds=kinds, now=now, lease=lease, limit=limit)
        if entries:
            self._reaper.reached("claimed")
        return entries

    async def complete(
        self, entry_id: str, *, outcome: OutboxOutcome, now: datetime, error: str | None = None
    ) -> None:
        """Store the outcome, and perhaps die."""
        await super().complete(entry_id, outcome=outcome, now=now, error=error)
        self._reaper.reached("recorded")


class Ledger:
    """A file with a line for each delivery, which is on the disk when the delivery returns."""

    def __init__(self, path: Path, reaper: Reaper) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self._reaper = reaper

    async def deliver(self, entry: OutboxEntry) -> None:
        """Append the id and the content of an entry."""
        self._reaper.reached("delivering")
        os.write(self._file, f"{entry.id} {entry.content['number']}\n".encode())
        os.fsync(self._file)
        self._reaper.reached("delivered")


def container_on(database_url: str, clock: Clock, **settings: Any) -> Container:  # noqa: ANN401  those of Settings
    """Return a container; all processes of a trial have one secret key."""
    drivers = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg"}
    url = make_url(database_url)
    url = url.set(drivername=drivers[url.get_backend_name()])
    made = Settings(database_url=url, secret_key=SecretStr("k" * 32), **settings)
    return Container(settings=made, clock=clock)


def deliver_all(database_url: str, ledger: Path, offset: timedelta, death: Death | None) -> None:
    """Deliver what is due at the time of the system plus `offset`, or die before."""

    async def deliver() -> None:
        container = _container(database_url, ledger, Clock(offset), death)
        while (await container.deliver_outbox()()).deliveries:
            pass
        await shut_down(container)

    asyncio.run(deliver())


def relay_until_killed(database_url: str, ledger: Path) -> None:
    """Deliver as the service does, by a fast clock, until the process is killed."""
    logging.disable(logging.CRITICAL)  # an unavailable database is expected, and logged often

    async def relay() -> None:
        container = _container(database_url, ledger, Clock(timedelta(0), speed=SPEED), None)
        async with outbox_relay(container.deliver_outbox(), filled=asyncio.Event(), poll_seconds=0.05):
            await asyncio.Event().wait()

    asyncio.run(relay())


def _container(database_url: str, ledger: Path, clock: Clock, death: Death | None) -> Container:
    container, reaper = container_on(database_url, clock), Reaper(death)
    container.outbox_queue.override(ReapedQueue(container, reaper))
    container.outbox_handlers.override({OutboxKind.MAIL: Ledger(ledger, reaper).deliver})
    return container

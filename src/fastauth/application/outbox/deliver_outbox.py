"""Deliver the entries of the outbox that are due."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, replace

from fastauth.domain.clock import Clock
from fastauth.domain.errors import Unavailable
from fastauth.domain.outbox.delivery import Delivery, DeliveryRound, Unfinished
from fastauth.domain.outbox.message import OutboxKind, OutboxOutcome
from fastauth.domain.outbox.ports import OutboxQueue
from fastauth.domain.outbox.schedule import LEASE
from fastauth.domain.outbox.sealed import ClaimedEntry

MAX_CONCURRENT = 10
"""Entries that a process delivers at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverOutbox:
    """Claim entries that are due, deliver all of them at once, and store the result of each.

    The result is stored after the delivery. A process that dies in between leaves the entry to another one:
    an entry may be delivered twice, and is never lost.
    """

    queue: OutboxQueue
    attempt: Callable[[ClaimedEntry], Awaitable[Delivery]]
    kinds: Collection[OutboxKind]
    """The kinds that have a handler. Other entries are left for processes of another version."""
    clock: Clock

    async def __call__(self) -> DeliveryRound:
        """Return what became of the claimed entries.

        Raises:
            StorageUnavailable: Nothing was claimed, or the leases run out; try again later.
        """
        entries = await self.queue.claim(
            kinds=self.kinds, now=self.clock.now(), lease=LEASE, limit=MAX_CONCURRENT
        )
        deliveries = await asyncio.gather(*map(self._deliver, entries))
        return DeliveryRound(deliveries=tuple(deliveries), is_full=len(entries) == MAX_CONCURRENT)

    async def _deliver(self, entry: ClaimedEntry) -> Delivery:
        delivery = await self.attempt(entry)
        try:
            await self._store(entry, delivery)
        except Unavailable:
            return replace(delivery, result=Unfinished.UNRECORDED)
        return delivery

    async def _store(self, entry: ClaimedEntry, delivery: Delivery) -> None:
        now, error = self.clock.now(), delivery.error
        if isinstance(delivery.result, OutboxOutcome):
            await self.queue.complete(entry.id, outcome=delivery.result, now=now, error=error)
        elif delivery.result is Unfinished.POSTPONED:
            await self.queue.release(entry, due_at=now + delivery.due_in)
        else:
            await self.queue.retry(entry, due_at=now + delivery.due_in, error=error)

"""One attempt to deliver one entry."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from fastauth.domain.clock import Clock
from fastauth.domain.errors import Unavailable
from fastauth.domain.outbox.delivery import Delivery, Unfinished
from fastauth.domain.outbox.errors import PermanentFailure, Postponed, TemporaryFailure
from fastauth.domain.outbox.message import Handler, OutboxKind, OutboxOutcome
from fastauth.domain.outbox.schedule import LEASE, MAX_ATTEMPTS, retry_delay
from fastauth.domain.outbox.sealed import ClaimedEntry
from fastauth.domain.secret_box import SecretBox

DEADLINE = LEASE / 2
"""Time for one delivery: the rest of the lease is for the record of its result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """Call the handler of an entry, unless it is too late for it."""

    handlers: Mapping[OutboxKind, Handler]
    box: SecretBox
    clock: Clock
    deadline: timedelta = DEADLINE

    async def __call__(self, entry: ClaimedEntry) -> Delivery:
        """Return what became of the entry; nothing is stored yet."""
        if entry.expires_at and entry.expires_at <= self.clock.now():
            return Delivery(kind=entry.kind, result=OutboxOutcome.EXPIRED)
        if entry.attempts > MAX_ATTEMPTS:
            return Delivery(kind=entry.kind, result=OutboxOutcome.GIVEN_UP, error="the process died")
        try:
            async with asyncio.timeout(self.deadline.total_seconds()):
                await self.handlers[entry.kind](entry.open(self.box))
        except PermanentFailure as error:
            return Delivery(kind=entry.kind, result=OutboxOutcome.REFUSED, error=error.reason)
        except Postponed as postponed:
            return Delivery(kind=entry.kind, result=Unfinished.POSTPONED, due_in=postponed.after)
        except Exception as error:  # noqa: BLE001  a bug in one handler must not stop the others
            return self._failed(entry, error)
        return Delivery(kind=entry.kind, result=OutboxOutcome.SENT)

    def _failed(self, entry: ClaimedEntry, failure: Exception) -> Delivery:
        error, bug = _reason(failure)
        delay = retry_delay(entry.attempts)
        if delay is None:
            return Delivery(kind=entry.kind, result=OutboxOutcome.GIVEN_UP, error=error, bug=bug)
        if entry.expires_at and entry.expires_at <= self.clock.now() + delay:
            return Delivery(kind=entry.kind, result=OutboxOutcome.EXPIRED, error=error, bug=bug)
        return Delivery(kind=entry.kind, result=Unfinished.RETRIED, error=error, due_in=delay, bug=bug)


def _reason(failure: Exception) -> tuple[str, Exception | None]:
    """Return why an attempt failed, and the failure if it is a bug. Its message may have an address."""
    match failure:
        case TemporaryFailure():
            return failure.reason, None
        case Unavailable():
            return failure.code, None
        case TimeoutError():
            return "timed out", None
        case _:
            return type(failure).__name__, failure

"""Transactions in which each recorded event adds its notices."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from fastauth.application.mail.notices import Notices
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.unit_of_work import Transaction, UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyingUnitOfWork:
    """A unit of work whose event log adds notices.

    So no use case can change a credential without a mail to the owner: it records an event in any case.
    """

    inner: UnitOfWork
    notices: Notices

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Transaction]:
        """Begin a transaction of `inner`."""
        async with self.inner.begin() as transaction:
            # The properties of a transaction are delegated as they are, which mypy cannot see.
            yield cast("Transaction", _NotifyingTransaction(transaction, self.notices))


class _NotifyingTransaction:
    def __init__(self, inner: Transaction, notices: Notices) -> None:
        self._inner = inner
        self.events = _NotifyingEventLog(inner, notices)

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)


@dataclass(frozen=True, slots=True)
class _NotifyingEventLog:
    transaction: Transaction
    notices: Notices

    async def record(self, event: Event) -> None:
        """Store an event, and the notices about it."""
        await self.notices.add(self.transaction, event)
        await self.transaction.events.record(event)

    async def record_unless_recent(self, event: Event, *, within: timedelta, or_type: EventType) -> None:
        """Store an event of a session. No event that is recorded so has a notice."""
        await self.transaction.events.record_unless_recent(event, within=within, or_type=or_type)

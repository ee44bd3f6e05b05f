"""The port to transactions that span several repositories."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.audit.ports import EventLog
from fastauth.domain.outbox.ports import Outbox
from fastauth.domain.rate_limits.ports import CounterRepository
from fastauth.domain.sessions.ports import SessionRepository


class Transaction(Protocol):
    """Repositories whose changes are stored together. Without `commit` none of them is."""

    users: UserRepository
    sessions: SessionRepository
    counters: CounterRepository
    events: EventLog
    outbox: Outbox

    async def commit(self) -> None:
        """Store all changes."""


class UnitOfWork(Protocol):
    """Begins transactions."""

    def begin(self) -> AbstractAsyncContextManager[Transaction]:
        """Begin a transaction, which is rolled back on exit unless it was committed."""

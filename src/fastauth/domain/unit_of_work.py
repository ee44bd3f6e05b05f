"""The port to transactions that span several repositories."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.audit.ports import EventLog
from fastauth.domain.rate_limits.ports import CounterRepository
from fastauth.domain.sessions.ports import SessionRepository


class Transaction(Protocol):
    """Acts that stand or fall together. Without `commit` they fall."""

    users: UserRepository
    sessions: SessionRepository
    counters: CounterRepository
    events: EventLog

    async def commit(self) -> None:
        """Let all that was done stand."""


class UnitOfWork(Protocol):
    """Hands out transactions."""

    def begin(self) -> AbstractAsyncContextManager[Transaction]:
        """Begin a transaction of its own."""

"""Transactions that a use case may share with what is around it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import cast

from fastauth.domain.clock import Clock
from fastauth.domain.revocations.ports import RevocationLog
from fastauth.domain.revocations.revocation import Revocation
from fastauth.domain.unit_of_work import Transaction, UnitOfWork


@dataclass(frozen=True, slots=True)
class SharedTransaction:
    """A transaction that others join."""

    transaction: Transaction
    revocations: list[Revocation] = field(default_factory=list)
    """Those that follow its commit."""


class SharedUnitOfWork:
    """A unit of work whose transactions join the one that `share` has begun, if there is one.

    So the response of a use case is stored together with what the use case stores.
    """

    def __init__(self, *, inner: UnitOfWork, revocations: RevocationLog, clock: Clock) -> None:
        self._inner = inner
        self._revocations = revocations
        self._clock = clock
        self._shared: ContextVar[SharedTransaction | None] = ContextVar("shared transaction", default=None)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Transaction]:
        """Begin a transaction, or join the shared one, which is committed by the code that has begun it."""
        shared = self._shared.get()
        if shared is None:
            async with self._inner.begin() as transaction:
                yield transaction
        else:
            # The properties of a transaction are delegated as they are, which mypy cannot see.
            yield cast("Transaction", _JoinedTransaction(shared.transaction))

    @asynccontextmanager
    async def share(self) -> AsyncIterator[SharedTransaction]:
        """Begin a transaction that those begun within the block join."""
        async with self._inner.begin() as transaction:
            shared = SharedTransaction(transaction)
            token = self._shared.set(shared)
            try:
                yield shared
            finally:
                self._shared.reset(token)
        for revocation in shared.revocations:
            await self._revoke(revocation)

    async def revoke_after_commit(self, revocation: Revocation) -> None:
        """Revoke now, or at the end of the shared transaction unless an error rolls it back.

        Raises:
            StorageUnavailable: What was done before is stored, and the revocation may not be.
        """
        shared = self._shared.get()
        if shared is None:
            await self._revoke(revocation)
        else:
            shared.revocations.append(revocation)

    async def _revoke(self, revocation: Revocation) -> None:
        await self._revocations.add(replace(revocation, at=self._clock.now()))


class _JoinedTransaction:
    def __init__(self, shared: Transaction) -> None:
        self._shared = shared

    def __getattr__(self, name: str) -> object:
        return getattr(self._shared, name)

    async def commit(self) -> None:
        """Leave the commit to the code that has begun the transaction. An error rolls everything back."""

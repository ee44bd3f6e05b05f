"""Transactions that a use case may share with what is around it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import cast

from fastauth.domain.unit_of_work import Transaction, UnitOfWork


@dataclass(frozen=True, slots=True)
class _Shared:
    transaction: Transaction
    afterwards: list[Callable[[], Awaitable[None]]] = field(default_factory=list)


class SharedUnitOfWork:
    """A unit of work whose transactions join the one that `share` has begun, if there is one.

    So the response of a use case is stored together with what the use case stores.
    """

    def __init__(self, *, inner: UnitOfWork) -> None:
        self._inner = inner
        self._shared: ContextVar[_Shared | None] = ContextVar("shared transaction", default=None)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Transaction]:
        """Begin a transaction, or join the shared one, which is committed by whoever has begun it."""
        shared = self._shared.get()
        if shared is None:
            async with self._inner.begin() as transaction:
                yield transaction
        else:
            # The properties of a transaction are delegated as they are, which mypy cannot see.
            yield cast("Transaction", _JoinedTransaction(shared.transaction))

    @asynccontextmanager
    async def share(self) -> AsyncIterator[Transaction]:
        """Begin a transaction that those begun within the block join."""
        async with self._inner.begin() as transaction:
            shared = _Shared(transaction)
            token = self._shared.set(shared)
            try:
                yield transaction
            finally:
                self._shared.reset(token)
        for act in shared.afterwards:
            await act()

    async def after_commit(self, act: Callable[[], Awaitable[None]]) -> None:
        """Call `act` now, or at the end of the shared transaction unless an error rolls it back."""
        shared = self._shared.get()
        if shared is None:
            await act()
        else:
            shared.afterwards.append(act)


class _JoinedTransaction:
    def __init__(self, shared: Transaction) -> None:
        self._shared = shared

    def __getattr__(self, name: str) -> object:
        return getattr(self._shared, name)

    async def commit(self) -> None:
        """Leave the commit to whoever has begun the transaction. An error rolls everything back."""

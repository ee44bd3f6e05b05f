"""Check readiness."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fastauth.domain.clock import Clock
from fastauth.domain.errors import FastauthError, StorageUnavailable
from fastauth.domain.operations.ports import StorageProbe
from fastauth.domain.signing_keys.errors import NoActiveSigningKey
from fastauth.domain.signing_keys.ports import SigningKeyGenerator, SigningKeyRepository

DEADLINE = timedelta(seconds=2)
"""Within which the database has to answer: less than any supervisor waits."""

SHARED_FOR = timedelta(seconds=1)
"""How long the outcome of a check counts; supervisors ask every few seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReadiness:
    """Tell whether requests can be served: the database answers, has its schema, and a key can sign.

    Its ports have connections of their own, so that a probe never waits behind the requests whose
    trouble it is to report.
    """

    storage: StorageProbe
    keys: SigningKeyRepository
    key_generator: SigningKeyGenerator
    clock: Clock
    deadline: timedelta = DEADLINE

    async def __call__(self) -> None:
        """Return if nothing is amiss.

        Raises:
            StorageUnavailable: The database does not answer in time, or its schema is behind.
            NoActiveSigningKey: No key signs at present.
            KeyUnwrapFailed: The one that does cannot be opened.
        """
        try:
            async with asyncio.timeout(self.deadline.total_seconds()):
                await self.storage.check()
                keys = await self.keys.load()
        except TimeoutError:
            raise StorageUnavailable from None
        key = keys.active(self.clock.now())
        if key is None:
            raise NoActiveSigningKey
        self.key_generator.check(key)


@dataclass(slots=True, kw_only=True)
class ShareReadiness:
    """Check once for all who ask at the same time, and for a second after that.

    Anybody may ask. So that nobody can have the database asked more often than that, one check runs
    at a time, and its outcome is that of everybody who asks meanwhile or soon afterwards.
    """

    check: Callable[[], Awaitable[None]]
    clock: Clock
    _running: "asyncio.Task[FastauthError | None] | None" = field(default=None, init=False)
    _known: tuple[datetime, FastauthError | None] | None = field(default=None, init=False)

    async def __call__(self) -> None:
        """Return or raise as the shared check does."""
        refusal = self._known[1] if self._known and self._is_fresh(self._known[0]) else await self._checked()
        if refusal:
            raise refusal.with_traceback(None)  # each raise of one error would lengthen its traceback

    def _is_fresh(self, since: datetime) -> bool:
        return timedelta(0) <= self.clock.now() - since < SHARED_FOR

    async def _checked(self) -> FastauthError | None:
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._check())
        return await asyncio.shield(self._running)  # who stops waiting stops nobody else

    async def _check(self) -> FastauthError | None:
        refusal = None
        try:
            await self.check()
        except FastauthError as error:
            refusal = error
        self._known = self.clock.now(), refusal
        return refusal

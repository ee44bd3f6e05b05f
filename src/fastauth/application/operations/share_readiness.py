"""Share one readiness check among concurrent probes."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fastauth.domain.clock import Clock
from fastauth.domain.errors import FastauthError

SHARED_FOR = timedelta(seconds=1)
"""How long the outcome of a check is reused. Supervisors probe every few seconds."""


@dataclass(slots=True, kw_only=True)
class ShareReadiness:
    """Run one check at a time, and reuse its outcome for a second.

    Any client may send probes. Sharing bounds how often the database is queried for them.
    """

    check: Callable[[], Awaitable[None]]
    clock: Clock
    _running: "asyncio.Task[FastauthError | None] | None" = field(default=None, init=False)
    _last: tuple[datetime, FastauthError | None] | None = field(default=None, init=False)

    async def __call__(self) -> None:
        """Return or raise as the shared check does."""
        error = self._last[1] if self._last and self._is_fresh(self._last[0]) else await self._shared()
        if error:
            raise error.with_traceback(None)  # otherwise each raise would lengthen the traceback

    def _is_fresh(self, since: datetime) -> bool:
        return timedelta(0) <= self.clock.now() - since < SHARED_FOR

    async def _shared(self) -> FastauthError | None:
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._check())
        return await asyncio.shield(self._running)  # a cancelled probe does not cancel the others

    async def _check(self) -> FastauthError | None:
        outcome = None
        try:
            await self.check()
        except FastauthError as error:
            outcome = error
        self._last = self.clock.now(), outcome
        return outcome

"""The budget of the whole service for sending."""

from dataclasses import dataclass
from datetime import timedelta

from fastauth.domain.clock import Clock
from fastauth.domain.outbox.errors import Postponed
from fastauth.domain.rate_limits.counter import CounterKeys
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.domain.rate_limits.hit import Hit, Scope
from fastauth.domain.rate_limits.ports import CounterRepository
from fastauth.domain.rate_limits.rate_limit import RateLimit


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingBudget:
    """Count what the service sends, for all processes together.

    Call it just before something is sent. So an entry for which there turns out to be nothing to send, such
    as a reset for an unknown address, takes nothing from the budget of the others.
    """

    counters: CounterRepository
    keys: CounterKeys
    limit: RateLimit
    clock: Clock

    async def __call__(self) -> None:
        """Count one message.

        Raises:
            Postponed: The budget is spent.
            StorageUnavailable: Try again later.
        """
        key, *older = self.keys.candidates("sent messages")
        hit = Hit(key, self.limit, Scope.NETWORK, tuple(older))
        try:
            await self.counters.count((hit,), now=self.clock.now())
        except TooManyRequests as error:
            raise Postponed(after=timedelta(seconds=error.retry_after)) from None

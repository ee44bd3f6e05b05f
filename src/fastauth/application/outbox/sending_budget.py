"""The budget of the whole service for sending."""

from dataclasses import dataclass, replace
from datetime import timedelta

from fastauth.domain.clock import Clock
from fastauth.domain.outbox.errors import Postponed
from fastauth.domain.outbox.message import OutboxKind
from fastauth.domain.rate_limits.counter import CounterKeys
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.domain.rate_limits.hit import Hit, Scope
from fastauth.domain.rate_limits.ports import CounterRepository
from fastauth.domain.rate_limits.rate_limit import RateLimit

RECOVERY = frozenset({OutboxKind.PASSWORD_RESET, OutboxKind.ADDRESS_CHANGED, OutboxKind.ACCOUNT_CLOSING})
"""Kinds of messages by which an owner recovers an account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingBudget:
    """Count what the service sends, for all processes together.

    Call it just before something is sent. So an entry for which there turns out to be nothing to send, such
    as a reset for an unknown address, takes nothing from the budget of the others.

    Messages that recover no account may use three quarters of it. So an attacker who registers with
    invented addresses, or causes notices about accounts of their own, delays no reset.
    """

    counters: CounterRepository
    keys: CounterKeys
    limit: RateLimit
    clock: Clock

    async def __call__(self, kind: OutboxKind) -> None:
        """Count one message.

        Raises:
            Postponed: The budget is spent.
            StorageUnavailable: Try again later.
        """
        hits = [self._hit("sent messages", self.limit)]
        if kind not in RECOVERY:
            others = replace(self.limit, attempts=max(1, self.limit.attempts * 3 // 4))
            hits.append(self._hit("sent messages that recover no account", others))
        try:
            await self.counters.count(tuple(hits), now=self.clock.now())
        except TooManyRequests as error:
            raise Postponed(after=timedelta(seconds=error.retry_after)) from None

    def _hit(self, name: str, limit: RateLimit) -> Hit:
        key, *older = self.keys.candidates(name)
        return Hit(key, limit, Scope.NETWORK, tuple(older))

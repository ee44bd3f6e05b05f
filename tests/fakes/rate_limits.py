"""Counters in memory."""

from datetime import datetime

from tests.fakes.storage import FakeStorage

from fastauth.domain.rate_limits import counting
from fastauth.domain.rate_limits.counter import Counter, CounterKey
from fastauth.domain.rate_limits.hit import Hit, HitResult
from fastauth.domain.rate_limits.refund import Refund


class FakeCounterRepository:
    def __init__(self, storage: FakeStorage | None = None) -> None:
        self.storage = storage or FakeStorage()

    async def count(self, hits: tuple[Hit, ...], *, now: datetime) -> HitResult:
        for hit in hits:
            for older in hit.older_keys:
                if older in self.storage.counters and hit.key not in self.storage.counters:
                    self.storage.counters[hit.key] = self.storage.counters.pop(older)
        found = self._found(tuple(hit.key for hit in hits), now)
        outcome, after = counting.count(hits, list(found.values()), now)
        self._write(dict(zip(found, after, strict=True)), now)
        return outcome

    async def refund(self, refunds: tuple[Refund, ...], *, now: datetime) -> None:
        found = self._found(counting.keys_of(refunds), now)
        self._write(counting.refund(refunds, found, now), now)

    def _found(self, keys: tuple[CounterKey, ...], now: datetime) -> dict[CounterKey, Counter]:
        return {key: self.storage.counters.get(key, Counter()).or_new_if_expired(now) for key in keys}

    def _write(self, counters: dict[CounterKey, Counter], now: datetime) -> None:
        found = self._found(tuple(counters), now)
        self.storage.counters |= {key: counter for key, counter in counters.items() if counter != found[key]}

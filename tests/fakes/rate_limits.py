"""Counters in memory."""

from datetime import datetime

from tests.fakes.storage import FakeStorage

from fastauth.domain.rate_limits import counting
from fastauth.domain.rate_limits.counter import Tally, TallyKey
from fastauth.domain.rate_limits.counting import Counted, Hit, Refund


class FakeTallyRepository:
    def __init__(self, storage: FakeStorage | None = None) -> None:
        self.storage = storage or FakeStorage()

    async def count(self, hits: tuple[Hit, ...], *, now: datetime) -> Counted:
        found = self._found(tuple(hit.key for hit in hits), now)
        outcome, after = counting.count(hits, list(found.values()), now)
        self._write(dict(zip(found, after, strict=True)), now)
        return outcome

    async def refund(self, refunds: tuple[Refund, ...], *, now: datetime) -> None:
        found = self._found(counting.keys_of(refunds), now)
        self._write(counting.refund(refunds, found, now), now)

    def _found(self, keys: tuple[TallyKey, ...], now: datetime) -> dict[TallyKey, Tally]:
        return {key: self.storage.tallies.get(key, Tally()).remembered(now) for key in keys}

    def _write(self, tallies: dict[TallyKey, Tally], now: datetime) -> None:
        found = self._found(tuple(tallies), now)
        self.storage.tallies |= {key: tally for key, tally in tallies.items() if tally != found[key]}

"""What is over is removed after a while."""

from datetime import datetime, timedelta

from tests.fakes import FakeClock, FakeStorage, FakeSweeper

from fastauth.application.sweep import BATCH, KEPT, Sweep
from fastauth.domain.throttling import Tally, TallyKey


class TestSweep:
    async def test_removes_what_has_been_over_for_a_day_in_batches(self, clock: FakeClock) -> None:
        bounds = set()

        class Counting(FakeSweeper):
            async def sweep(self, *, over_since: datetime, at_most: int) -> int:
                bounds.add(at_most)
                return await super().sweep(over_since=over_since, at_most=at_most)

        storage, until = FakeStorage(), clock.now()
        for number in range(2 * BATCH + 1):
            storage.tallies[TallyKey(number.to_bytes(2, "big"))] = Tally(1, until)
        storage.tallies[TallyKey(b"kept")] = Tally(1, until + timedelta(seconds=1))
        sweep = Sweep(sweeper=Counting(storage), clock=clock)
        clock.advance(KEPT)
        assert await sweep() == 0
        clock.advance(seconds=1)
        assert await sweep() == 2 * BATCH + 1
        assert (set(storage.tallies), bounds) == ({b"kept"}, {BATCH})

"""Closed entries are kept for a week."""

from datetime import timedelta

from tests.fakes import FakeClock, FakeExpiredRows, FakeOutboxQueue, FakeStorage, FakeUnitOfWork

from fastauth.application.operations.purge_batches import PURGE_INTERVAL
from fastauth.application.outbox.purge_outbox import RETENTION, PurgeOutbox
from fastauth.domain.outbox.message import OutboxKind, OutboxOutcome


class TestPurgeOutbox:
    async def test_purges_a_week_after_the_end(self, clock: FakeClock) -> None:
        storage = FakeStorage()
        queue, purge = (
            FakeOutboxQueue(storage),
            PurgeOutbox(expired_rows=FakeExpiredRows(storage), clock=clock),
        )
        async with FakeUnitOfWork(storage).begin() as transaction:
            closed, abandoned, waiting = [
                await transaction.outbox.add(
                    OutboxKind.MAIL, {}, now=clock.now(), due_at=clock.now() + timedelta(days=days)
                )
                for days in (0, 0, 1)
            ]
            await transaction.commit()
        await queue.complete(closed, outcome=OutboxOutcome.SENT, now=clock.now())
        clock.advance(RETENTION)
        assert await purge() == 0
        clock.advance(PURGE_INTERVAL)
        assert await purge() == 2
        assert abandoned not in storage.outbox
        assert set(storage.outbox) == {waiting}

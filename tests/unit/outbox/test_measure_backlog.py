"""What waits in the outbox."""

from datetime import timedelta

from tests.application import Application

from fastauth.domain.outbox.message import Backlog, OutboxKind


class TestMeasureBacklog:
    async def test_has_the_number_that_waits_and_how_long_the_oldest_is_due(self) -> None:
        app = Application()
        measure = app.container.measure_backlog()
        nothing = await measure()
        for _ in range(2):
            async with app.container.unit_of_work().begin() as transaction:
                await transaction.outbox.add(OutboxKind.MAIL, {}, user_id=None, now=app.clock.now())
                await transaction.commit()
            app.clock.advance(seconds=30)
        assert nothing == Backlog(0, timedelta(0))
        assert await measure() == Backlog(2, timedelta(minutes=1))

"""A background task numbers events until the process stops, whatever fails."""

import asyncio
import logging

import pytest
from tests.application import Application

from fastauth.domain.errors import StorageUnavailable
from fastauth.entrypoints.background_tasks import background_tasks
from fastauth.entrypoints.event_numbering import event_numbering

A_MINUTE = 60.0


class Calls:
    """Counts calls, and raises the given errors first."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.number = 0
        self.called = asyncio.Condition()

    async def __call__(self) -> int:
        async with self.called:
            self.number += 1
            self.called.notify_all()
        if self.errors:
            raise self.errors.pop(0)
        return 0

    async def reach(self, number: int) -> None:
        async with asyncio.timeout(A_MINUTE), self.called:
            await self.called.wait_for(lambda: self.number >= number)


class TestEventNumbering:
    async def test_repeats_and_numbers_once_more_at_the_end(self) -> None:
        calls, tasks = Calls(), asyncio.all_tasks()
        async with event_numbering(calls, poll_seconds=0.001):
            await calls.reach(3)
        assert asyncio.all_tasks() == tasks
        calls = Calls()
        async with event_numbering(calls, poll_seconds=A_MINUTE):
            await calls.reach(1)
        assert calls.number == 2

    async def test_goes_on_after_a_failure(self, caplog: pytest.LogCaptureFixture) -> None:
        calls = Calls(StorageUnavailable(reason="away"), ValueError("a bug"))
        with caplog.at_level(logging.WARNING, "fastauth.event_feed"):
            async with event_numbering(calls, poll_seconds=A_MINUTE, pause_seconds=0.001):
                await calls.reach(3)
        assert [(record.levelname, bool(record.exc_info)) for record in caplog.records] == [
            ("WARNING", False),
            ("ERROR", True),
        ]

    async def test_runs_while_the_service_runs(self) -> None:
        app = Application()
        await app.a_user()
        async with background_tasks(app.container):
            await asyncio.sleep(0)
        assert app.storage.last_seq == 1

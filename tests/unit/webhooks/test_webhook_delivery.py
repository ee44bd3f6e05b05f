"""The task that sends: receivers do not hold up each other, and it survives failures."""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from fastauth.domain.errors import StorageUnavailable
from fastauth.domain.webhooks.delivery import Deliveries
from fastauth.domain.webhooks.webhook import DisabledReason, Webhook
from fastauth.entrypoints.webhook_delivery import MAX_CONCURRENT, webhook_delivery

NOW = datetime(2026, 11, 26, tzinfo=UTC)


def a_webhook(webhook_id: str) -> Webhook:
    return Webhook(
        id=webhook_id, url="https://a.example/", types=None, secret="", created_at=NOW, cursor=0, due_at=NOW
    )


class Queue:
    """Webhooks to claim, and what becomes of each."""

    def __init__(self, *webhook_ids: str) -> None:
        self.due = list(webhook_ids)
        self.limits: list[int] = []
        self.begun: list[str] = []
        self.sleeping = asyncio.Event()
        self.quick = asyncio.Event()

    async def claim(self, *, limit: int) -> list[Webhook]:
        self.limits.append(limit)
        claimed, self.due = self.due[:limit], self.due[limit:]
        if claimed == ["unavailable"]:
            raise StorageUnavailable
        return [a_webhook(each) for each in claimed]

    async def deliver(self, webhook: Webhook) -> Deliveries:
        self.begun.append(webhook.id)
        match webhook.id.partition("-")[0]:
            case "sleeper":
                await self.sleeping.wait()
            case "quick":
                self.quick.set()
            case "failing":
                return Deliveries(webhook.id, 0, "no response in time")
            case "gone":
                return Deliveries(webhook.id, 0, "status 410", DisabledReason.GONE)
            case "bug":
                raise ValueError
        return Deliveries(webhook.id, 1)


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(100_000):
        if holds():
            return
        await asyncio.sleep(0)
    raise AssertionError


async def test_quick_receiver_does_not_wait_for_sleeping_ones() -> None:
    queue = Queue(*(f"sleeper-{n}" for n in range(MAX_CONCURRENT - 1)), "quick-1", "quick-2")
    async with asyncio.timeout(10), webhook_delivery(queue.claim, queue.deliver, poll_seconds=0):
        await queue.quick.wait()
        await until(lambda: not queue.due)
        assert max(queue.limits) == MAX_CONCURRENT
        queue.sleeping.set()


async def test_no_more_than_its_places() -> None:
    queue = Queue(*(f"sleeper-{n}" for n in range(3 * MAX_CONCURRENT)))
    async with asyncio.timeout(10), webhook_delivery(queue.claim, queue.deliver, poll_seconds=0):
        await until(lambda: len(queue.begun) == MAX_CONCURRENT)
        for _ in range(100):
            await asyncio.sleep(0)
        assert len(queue.begun) == MAX_CONCURRENT
        queue.sleeping.set()


async def test_end_cuts_off_what_takes_too_long() -> None:
    queue = Queue("sleeper-1")
    async with (
        asyncio.timeout(10),
        webhook_delivery(queue.claim, queue.deliver, poll_seconds=0, drain_seconds=0.01),
    ):
        await until(lambda: bool(queue.begun))


async def test_failures_are_logged_by_their_severity(caplog: pytest.LogCaptureFixture) -> None:
    for due, level, text in (
        ("failing", logging.WARNING, "webhook failing: no response in time"),
        ("gone", logging.ERROR, "webhook gone is disabled: status 410"),
        ("bug", logging.ERROR, "webhook bug"),
        ("unavailable", logging.WARNING, "webhooks not claimed"),
    ):
        caplog.clear()
        queue = Queue(due)
        with caplog.at_level(logging.WARNING, "fastauth.webhooks"):
            async with asyncio.timeout(10), webhook_delivery(queue.claim, queue.deliver, poll_seconds=0):
                await until(lambda: bool(caplog.records))
        (record,) = caplog.records
        assert record.levelno == level
        assert record.getMessage().startswith(text)

"""The background task that sends events to webhooks."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from fastauth.domain.errors import Unavailable
from fastauth.domain.webhooks.delivery import Deliveries
from fastauth.domain.webhooks.webhook import Webhook

_log = logging.getLogger("fastauth.webhooks")

MAX_CONCURRENT = 10
"""Webhooks that a process sends to at once. A receiver that is slow holds one of these places for
`SENDING_TIME` at most, and no messages to others."""

POLL_SECONDS = 1.0
"""How often a process looks for events that are to be sent: one statement."""

DRAIN_SECONDS = 4.0
"""How long messages under way have at the end: see `fastauth.entrypoints.outbox_relay`."""


@asynccontextmanager
async def webhook_delivery(
    claim: Callable[..., Awaitable[list[Webhook]]],
    deliver: Callable[[Webhook], Awaitable[Deliveries]],
    *,
    poll_seconds: float = POLL_SECONDS,
    drain_seconds: float = DRAIN_SECONDS,
) -> AsyncIterator[None]:
    """Within the block, claim webhooks every `poll_seconds` and send to each in a task of its own.

    What is under way at the end has `drain_seconds` left. A message that is cut off is sent again by another
    process, once the lease has run out.
    """
    stopping = asyncio.Event()
    under_way: set[asyncio.Task[None]] = set()
    loop = asyncio.create_task(_poll(claim, deliver, stopping, under_way, poll_seconds))
    try:
        yield
    finally:
        stopping.set()
        await asyncio.wait([loop, *under_way], timeout=drain_seconds)
        tasks = [loop, *under_way]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _poll(
    claim: Callable[..., Awaitable[list[Webhook]]],
    deliver: Callable[[Webhook], Awaitable[Deliveries]],
    stopping: asyncio.Event,
    under_way: set[asyncio.Task[None]],
    poll_seconds: float,
) -> None:
    while not stopping.is_set():
        for webhook in await _claimed(claim, MAX_CONCURRENT - len(under_way)):
            task = asyncio.create_task(_logged(deliver, webhook))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
        with suppress(TimeoutError):
            async with asyncio.timeout(poll_seconds):
                await stopping.wait()


async def _claimed(claim: Callable[..., Awaitable[list[Webhook]]], free: int) -> list[Webhook]:
    if not free:
        return []
    try:
        return await claim(limit=free)
    except Unavailable as error:  # the next look tries again
        _log.warning("webhooks not claimed: %s", error.detail)
    except Exception:  # noqa: BLE001  a bug must not end the loop
        _log.exception("webhooks not claimed")
    return []


async def _logged(deliver: Callable[[Webhook], Awaitable[Deliveries]], webhook: Webhook) -> None:
    try:
        done = await deliver(webhook)
    except Unavailable as error:  # the lease runs out
        _log.warning("webhook %s: %s", webhook.id, error.detail)
    except Exception:  # noqa: BLE001  a bug must not end the loop
        _log.exception("webhook %s", webhook.id)
    else:
        if done.disabled:
            _log.error("webhook %s is disabled: %s", webhook.id, done.error)
        elif done.error:
            _log.warning("webhook %s: %s", webhook.id, done.error)

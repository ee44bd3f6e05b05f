"""Tasks that run periodically while the service runs."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from secrets import SystemRandom
from time import monotonic

from fastauth.application.revocations.revoked_tokens import READ_INTERVAL
from fastauth.domain.errors import Unavailable
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.event_numbering import event_numbering
from fastauth.entrypoints.outbox_relay import outbox_relay
from fastauth.entrypoints.webhook_delivery import webhook_delivery

_log = logging.getLogger("fastauth.background_tasks")

ROUND_SECONDS = 60
"""Mean time between two rounds of `_run_periodically`."""

LEARNING_INTERVAL_SECONDS = 300
"""Minimum time between two counts of the kinds of stored hashes, which change by imports."""

MAX_FIRST_LEARNING_SECONDS = 5.0
"""Maximum delay of the start by the first count. With ten million accounts it takes some seconds."""


@asynccontextmanager
async def background_tasks(container: Container) -> AsyncIterator[None]:
    """Within the block, deliver the outbox, number events and send them to webhooks.

    The rest is done once a minute: to rotate due keys, to purge and to collect metrics. Every process runs
    these tasks, and the database lets one process at a time purge, number, or send to a webhook. Only the
    rotation has a deadline, and the next key is published long before it signs.
    """
    tasks = [
        asyncio.create_task(_run_periodically(container)),
        asyncio.create_task(_read_revoked_tokens(container)),
    ]
    if container.settings().equalize_login_timing:
        learnt = asyncio.Event()
        tasks.append(asyncio.create_task(_learn_hash_kinds(container, learnt)))
        with suppress(TimeoutError):
            await asyncio.wait_for(learnt.wait(), MAX_FIRST_LEARNING_SECONDS)
    try:
        async with AsyncExitStack() as stack:
            if container.outbox_handlers():
                relay = outbox_relay(container.deliver_outbox(), filled=container.outbox_filled())
                await stack.enter_async_context(relay)
            webhooks = webhook_delivery(container.claim_webhooks(), container.deliver_webhook())
            await stack.enter_async_context(webhooks)
            await stack.enter_async_context(event_numbering(container.number_events()))
            yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with suppress(Unavailable):  # the last uses since the last round are lost then
            await container.last_uses().store()


async def _read_revoked_tokens(container: Container) -> None:
    """Read every second which access tokens were revoked one by one, so that no request has to ask."""
    while True:
        try:
            await container.revoked_tokens().read()
        except Unavailable as error:  # the ids that are known stay in use
            _log.warning("revoked tokens unknown: %s", error.detail)
        except Exception:  # noqa: BLE001  a bug must not end the loop
            _log.exception("revoked tokens unknown")
        await asyncio.sleep(READ_INTERVAL.total_seconds())


async def _learn_hash_kinds(container: Container, learnt: asyncio.Event) -> None:
    """Read periodically which kinds of hashes are stored, for at most one percent of the time."""
    while True:
        began = monotonic()
        try:
            await container.learn_hash_kinds()()
        except Unavailable as error:  # the previous result stays in use
            _log.warning("kinds of stored hashes unknown: %s", error.detail)
        except Exception:  # noqa: BLE001  a bug must not end the loop
            _log.exception("kinds of stored hashes unknown")
        learnt.set()
        await asyncio.sleep(max(LEARNING_INTERVAL_SECONDS, 100 * (monotonic() - began)))


async def _run_periodically(container: Container) -> None:
    while True:
        # Random, so that processes that were started together do not run their rounds together.
        await asyncio.sleep(ROUND_SECONDS * SystemRandom().uniform(0.75, 1.25))
        tasks: list[Callable[[], Awaitable[object]]] = [
            container.rotate_keys(),
            container.publish_keys(),
            _logged_purge("closed accounts", container.erase_due_accounts()),
            *(_logged_purge(task, purge) for task, purge in container.purges().items()),
            container.last_uses().store,
        ]
        tasks += [
            partial(instrumentation.collect, container.active_sessions(), container.measure_backlog())
            for instrumentation in container.instrumentations()
        ]
        if container.instrumentations():
            tasks += [container.measure_feed_lag(), container.measure_overdue_erasures()]
        for task in tasks:
            try:
                await task()
            except Unavailable as error:  # the next round tries again
                _log.warning("background task failed: %s", error.detail)
            except Exception:  # noqa: BLE001  a bug must not end the loop
                _log.exception("background task failed")


def _logged_purge(name: str, purge: Callable[[], Awaitable[int]]) -> Callable[[], Awaitable[None]]:
    """Return `purge` with a log line for the number of removed rows, or for its failure."""

    async def logged() -> None:
        try:
            removed = await purge()
        except Unavailable:
            _log.warning("purge of expired %s failed", name)
            raise
        if removed:
            _log.info("purged %d expired rows of %s", removed, name)

    return logged

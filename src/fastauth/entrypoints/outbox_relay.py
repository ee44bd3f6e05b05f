"""The background task that delivers the entries of the outbox."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from fastauth.domain.errors import Unavailable
from fastauth.domain.outbox.delivery import DeliveryRound

_log = logging.getLogger("fastauth.outbox")

POLL_SECONDS = 5.0
"""How often a process looks for entries that others have added, or that are due again: one statement."""

DRAIN_SECONDS = 4.0
"""How long deliveries under way may go on after the last request of a process that stops. Compose gives a
process 15 seconds in all, 10 of them for requests."""


@asynccontextmanager
async def outbox_relay(
    deliver: Callable[[], Awaitable[DeliveryRound]],
    *,
    filled: asyncio.Event,
    poll_seconds: float = POLL_SECONDS,
    drain_seconds: float = DRAIN_SECONDS,
) -> AsyncIterator[None]:
    """Within the block, call `deliver` when `filled` is set, and every `poll_seconds`.

    While the budget is spent it is called every `poll_seconds` only.

    At the end deliveries under way have `drain_seconds` left. Another process repeats those that are not
    finished then, once their leases have run out; nothing else is claimed.
    """
    stopping = asyncio.Event()
    relay = asyncio.create_task(_relay(deliver, filled, stopping, poll_seconds))
    try:
        yield
    finally:
        stopping.set()
        filled.set()
        await asyncio.wait([relay], timeout=drain_seconds)
        relay.cancel()
        await asyncio.gather(relay, return_exceptions=True)


async def _relay(
    deliver: Callable[[], Awaitable[DeliveryRound]],
    filled: asyncio.Event,
    stopping: asyncio.Event,
    poll_seconds: float,
) -> None:
    while not stopping.is_set():
        filled.clear()  # before the claim, so that an entry that is added during it is not missed
        done = await _logged(deliver)
        if done.continues_at_once:
            continue
        with suppress(TimeoutError):
            async with asyncio.timeout(poll_seconds):
                await (stopping if done.is_postponed else filled).wait()


async def _logged(deliver: Callable[[], Awaitable[DeliveryRound]]) -> DeliveryRound:
    try:
        done = await deliver()
    except Unavailable as error:  # the next look tries again
        _log.warning("outbox not delivered: %s", error.detail)
        return DeliveryRound()
    except Exception:  # noqa: BLE001  a bug must not end the loop
        _log.exception("outbox not delivered")
        return DeliveryRound()
    for delivery in done.deliveries:
        if delivery.bug:
            _log.error("delivery of kind %s failed", delivery.kind.value, exc_info=delivery.bug)
        elif delivery.error:
            _log.warning("delivery of kind %s %s: %s", delivery.kind.value, delivery.result, delivery.error)
    return done

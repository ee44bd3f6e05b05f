"""The background task that numbers events for the event feed."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from fastauth.domain.errors import Unavailable

_log = logging.getLogger("fastauth.event_feed")

POLL_SECONDS = 0.25
"""How often a process looks for committed events: one statement. It is most of the delay of the feed."""

PAUSE_SECONDS = 5.0
"""The pause after a failure."""

DRAIN_SECONDS = 2.0
"""How long a batch under way may go on when the process stops."""


@asynccontextmanager
async def event_numbering(
    number_events: Callable[[], Awaitable[int]],
    *,
    poll_seconds: float = POLL_SECONDS,
    pause_seconds: float = PAUSE_SECONDS,
) -> AsyncIterator[None]:
    """Within the block, call `number_events` every `poll_seconds`, and at its end once more."""
    stopping = asyncio.Event()
    task = asyncio.create_task(_repeat(number_events, stopping, poll_seconds, pause_seconds))
    try:
        yield
    finally:
        stopping.set()
        await asyncio.wait([task], timeout=DRAIN_SECONDS)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _repeat(
    number_events: Callable[[], Awaitable[int]],
    stopping: asyncio.Event,
    poll_seconds: float,
    pause_seconds: float,
) -> None:
    is_last = False
    while not is_last:
        is_last = stopping.is_set()
        succeeded = await _logged(number_events)
        with suppress(TimeoutError):
            async with asyncio.timeout(poll_seconds if succeeded else pause_seconds):
                await stopping.wait()


async def _logged(number_events: Callable[[], Awaitable[int]]) -> bool:
    """Return whether the call succeeded."""
    try:
        await number_events()
    except Unavailable as error:  # the next call tries again
        _log.warning("events not numbered: %s", error.detail)
        return False
    except Exception:  # noqa: BLE001  a bug must not end the loop
        _log.exception("events not numbered")
        return False
    return True

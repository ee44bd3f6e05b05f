"""Work that is repeated while the service runs."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from secrets import SystemRandom
from time import monotonic

from fastauth.domain.errors import Unavailable
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.startup import _log

ROUND_SECONDS = 60


LEARNING_INTERVAL_SECONDS = 300
"""Between two looks at the kinds of hashes that are stored. They change by an import."""


MAX_FIRST_LEARNING_SECONDS = 5.0
"""Seconds that the first look may take before requests are served; ten million accounts take some."""


@asynccontextmanager
async def background_tasks(container: Container) -> AsyncIterator[None]:
    """Meanwhile, once a minute, rotate keys that are due, remove expired rows, collect metrics.

    Every process does so, and of all processes one at a time sweeps. Nothing depends on it being done
    in time but the rotation, whose next key is published long before it signs.
    """
    tasks = [asyncio.create_task(_run_periodically(container))]
    if container.settings().equalize_login_timing:
        known = asyncio.Event()
        tasks.append(asyncio.create_task(_learn_hash_kinds(container, known)))
        with suppress(TimeoutError):
            await asyncio.wait_for(known.wait(), MAX_FIRST_LEARNING_SECONDS)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _learn_hash_kinds(container: Container, known: asyncio.Event) -> None:
    """Learn which kinds of hashes are stored, now and then, and for a hundredth of the time at most."""
    while True:
        began = monotonic()
        try:
            await container.learn_hash_kinds()()
        except Unavailable as error:  # what was known before still counts
            _log.warning("counting stored hash formats failed: %s", error.detail)
        except Exception:  # noqa: BLE001  a bug here must not end the rounds
            _log.exception("counting stored hash formats failed")
        known.set()
        await asyncio.sleep(max(LEARNING_INTERVAL_SECONDS, 100 * (monotonic() - began)))


async def _run_periodically(container: Container) -> None:
    while True:
        # Not all at once, where many processes were started at once.
        await asyncio.sleep(ROUND_SECONDS * SystemRandom().uniform(0.75, 1.25))
        acts: list[Callable[[], Awaitable[object]]] = [
            container.rotate_keys(),
            container.publish_keys(),
            _told("sessions", container.purge_sessions()),
            _told("counters", container.purge_counters()),
            _told("events", container.purge_events()),
        ]
        acts += [
            partial(instrumentation.collect, container.active_sessions())
            for instrumentation in container.instrumentations()
        ]
        for act in acts:
            try:
                await act()
            except Unavailable as error:  # the next round is soon
                _log.warning("background task failed: %s", error.detail)
            except Exception:  # noqa: BLE001  a bug here must not end the rounds
                _log.exception("background task failed")


def _told(what: str, sweep: Callable[[], Awaitable[int]]) -> Callable[[], Awaitable[None]]:
    """Return `sweep`, of which a line tells how many rows it removed, or that it could not."""

    async def swept() -> None:
        try:
            removed = await sweep()
        except Unavailable:
            _log.warning("purging expired %s failed", what)
            raise
        if removed:
            _log.info("purged %d expired %s", removed, what)

    return swept

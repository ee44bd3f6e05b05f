"""One thread with an event loop, for what has to go on between requests."""

import asyncio
import logging
import os
import threading
import weakref
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future
from typing import Any

logger = logging.getLogger("fastauth_client")

Main = Callable[[asyncio.Event], Awaitable[None]]
"""Runs until the event is set."""


class BackgroundLoop:
    """A daemon thread that runs `main` in an event loop of its own, from `start` to `stop`.

    A forked child begins without the thread and starts its own.
    """

    def __init__(self, main: Main) -> None:
        self._main = main
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._last: threading.Thread | None = None
        self._ended: Future[None] = Future()
        self._ended.set_result(None)
        _ALL.add(self)

    @property
    def is_running(self) -> bool:
        """Whether it has been started and not been stopped."""
        return self._thread is not None

    def start(self) -> None:
        """Start the thread unless it runs."""
        with self._lock:
            if self._thread is None:
                ready = threading.Event()
                self._ended = Future()
                thread = threading.Thread(
                    target=self._run, args=(ready, self._ended), name="fastauth-client", daemon=True
                )
                thread.start()
                ready.wait()
                self._thread = thread

    def submit(self, work: Coroutine[Any, Any, None]) -> "Future[None]":
        """Run a coroutine in the thread's loop, which must run."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def stop(self) -> "Future[None]":
        """Ask the thread to end, if it runs. The future is done when `join` no longer has to wait."""
        with self._lock:
            if self._thread is not None:
                self._loop.call_soon_threadsafe(self._stopping.set)
                self._last, self._thread = self._thread, None
            return self._ended

    def join(self) -> None:
        """Return once the thread has ended."""
        if self._last is not None:
            self._last.join()

    def _run(self, ready: threading.Event, ended: "Future[None]") -> None:
        try:
            asyncio.run(self._serve(ready))
        finally:
            ended.set_result(None)

    async def _serve(self, ready: threading.Event) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        ready.set()
        try:
            await self._main(self._stopping)
        except Exception:  # an error of this library: keys and feed grow old, which verifications report
            logger.exception("the background thread has failed")
            await self._stopping.wait()

    def _forget_thread(self) -> None:
        self._lock = threading.Lock()
        self._thread = self._last = None


_ALL: "weakref.WeakSet[BackgroundLoop]" = weakref.WeakSet()


def _after_fork_in_child() -> None:
    for each in _ALL:
        each._forget_thread()  # noqa: SLF001  of the same module


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)

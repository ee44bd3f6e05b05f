"""The threads that hash passwords, and the bound on the calls that wait for them."""

import asyncio
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from math import ceil
from time import perf_counter
from typing import Any, TypeVar
from weakref import WeakSet

from fastauth.domain.passwords.errors import HashingOverloaded

Result = TypeVar("Result")

HashObserver = Callable[[], AbstractContextManager[AbstractContextManager[object]]]
"""Returns a context that is entered when a hash is requested and left when it is done.

The context yields another one, which the thread enters while it computes the hash."""

NICE = 10
"""Nice value of the hashing threads, so that the event loop is scheduled first. On Linux it is per thread."""

MAX_QUEUE_SECONDS = 1.0
"""Seconds of work that may wait. A longer queue would only make every call wait longer."""

MIN_QUEUE_LENGTH = 64
"""A queue of this length is always allowed, even if it takes longer than `MAX_QUEUE_SECONDS`."""


class HashingPool:
    """Run hashes in a thread pool of their own, with a bounded queue.

    argon2 and bcrypt release the GIL while they work, so at most ``threads`` cores are busy, and the memory
    in use is ``threads`` times that of one hash. A call that would wait longer than about a second fails
    at once.
    """

    def __init__(
        self,
        *,
        threads: int,
        observers: Sequence[HashObserver] = (),
        clock: Callable[[], float] = perf_counter,
    ) -> None:
        self._threads = threads
        self._observers = observers
        self._clock = clock
        self._executor = ThreadPoolExecutor(
            threads, thread_name_prefix="hashing", initializer=_lower_priority
        )
        self._pending = 0
        self._futures: dict[asyncio.Task[Any] | None, Future[Any]] = {}
        self._cancelled: WeakSet[asyncio.Task[Any]] = WeakSet()
        self._mean_seconds = 0.0  # an exponential moving average

    def check_capacity(self) -> None:
        """Check that the queue has room for one more call.

        Raises:
            HashingOverloaded: `MIN_QUEUE_LENGTH` calls and about a second of work are pending.
                ``retry_after`` is the number of seconds until all of them are done.
        """
        if self._pending >= max(MIN_QUEUE_LENGTH, self._capacity()):
            seconds = self._pending * self._mean_seconds / self._threads
            raise HashingOverloaded(retry_after=max(1, ceil(seconds)))

    async def run(self, work: Callable[[], Result]) -> Result:
        """Run `work` in a thread, and return its result.

        Raises:
            HashingOverloaded: See `check_capacity`.
            CancelledError: `cancel_pending` was called for this task.
        """
        self.check_capacity()
        task = asyncio.current_task()
        if task in self._cancelled:
            raise asyncio.CancelledError
        self._pending += 1
        with ExitStack() as requested:
            contexts = [requested.enter_context(observer()) for observer in self._observers]
            self._futures[task] = future = self._executor.submit(self._timed, work, contexts)
            try:
                return await asyncio.wrap_future(future)
            finally:
                del self._futures[task]
                self._pending -= 1

    def cancel_pending(self, task: asyncio.Task[Any]) -> None:
        """Compute no more hashes for `task`: cancel it where it waits for one or requests the next.

        A hash that is being computed is finished, and the task is not cancelled anywhere else.
        """
        self._cancelled.add(task)
        if future := self._futures.get(task):
            future.cancel()  # has no effect once a thread has begun

    def close(self) -> None:
        """Finish hashes that have begun, drop those that wait, and end the threads."""
        self._executor.shutdown(cancel_futures=True)

    def _capacity(self) -> int:
        """Return the number of hashes that the threads finish within `MAX_QUEUE_SECONDS`."""
        if not self._mean_seconds:
            return 0
        return int(self._threads * MAX_QUEUE_SECONDS / self._mean_seconds)

    def _timed(
        self, work: Callable[[], Result], contexts: Sequence[AbstractContextManager[object]]
    ) -> Result:
        """Run `work` within `contexts`, and update the mean duration."""
        with ExitStack() as computing:
            for context in contexts:
                computing.enter_context(context)
            began = self._clock()
            try:
                return work()
            finally:
                seconds = self._clock() - began
                self._mean_seconds += (seconds - self._mean_seconds) * (0.1 if self._mean_seconds else 1)


def _lower_priority() -> None:
    if hasattr(os, "setpriority"):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)

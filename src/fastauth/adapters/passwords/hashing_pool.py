"""The threads on which passwords are hashed, and who may wait for them."""

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
"""Returns a context that is entered while a hash is asked for. It yields another one, which the thread
enters while it computes."""

NICE = 10
"""How far the hashing threads step back behind the event loop. Linux keeps it for each thread."""

MAX_QUEUE_SECONDS = 1.0
"""Seconds of work that may wait; more would only make everybody wait longer."""

MIN_QUEUE_LENGTH = 64
"""A burst of this size is never refused. Where it is more than a second of work, it waits for longer."""


class HashingPool:
    """Run hashes a few at a time, apart from the event loop and from every other thread pool.

    argon2 and bcrypt give up Python's lock while they work, so ``threads`` cores are busy at most
    and the memory in use is ``threads`` times that of one hash. A call that would wait for longer
    than about a second is refused at once.
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
        self._admitted = 0
        self._waiting: dict[asyncio.Task[Any] | None, Future[Any]] = {}
        self._given_up: WeakSet[asyncio.Task[Any]] = WeakSet()
        self._seconds_each = 0.0  # a moving average

    def check_capacity(self) -> None:
        """Do nothing if there is room for one more.

        Raises:
            HashingOverloaded: About a second of work is waiting already, and at least
                `MIN_QUEUE_LENGTH` calls. ``retry_after`` is when all of that will be done.
        """
        if self._admitted >= max(MIN_QUEUE_LENGTH, self._capacity()):
            seconds = self._admitted * self._seconds_each / self._threads
            raise HashingOverloaded(retry_after=max(1, ceil(seconds)))

    async def run(self, work: Callable[[], Result]) -> Result:
        """Return what `work` returns, once there was a thread for it.

        Raises:
            HashingOverloaded: See `admit`.
            CancelledError: Whoever asks was given up.
        """
        self.check_capacity()
        task = asyncio.current_task()
        if task in self._given_up:
            raise asyncio.CancelledError
        self._admitted += 1
        with ExitStack() as asked:
            contexts = [asked.enter_context(observer()) for observer in self._observers]
            self._waiting[task] = future = self._executor.submit(self._timed, work, contexts)
            try:
                return await asyncio.wrap_future(future)
            finally:
                del self._waiting[task]
                self._admitted -= 1

    def cancel_pending(self, task: asyncio.Task[Any]) -> None:
        """Hash no more for `task`, which is cancelled where it waits for that or comes to ask for it.

        What has begun is finished, and nowhere else is the task disturbed.
        """
        self._given_up.add(task)
        if waiting := self._waiting.get(task):
            waiting.cancel()  # does nothing once a thread has begun with it

    def close(self) -> None:
        """Finish what has begun, drop what waits, and end the threads."""
        self._executor.shutdown(cancel_futures=True)

    def _capacity(self) -> int:
        """Return how many hashes the threads finish within `MAX_QUEUE_SECONDS`."""
        if not self._seconds_each:
            return 0
        return int(self._threads * MAX_QUEUE_SECONDS / self._seconds_each)

    def _timed(
        self, work: Callable[[], Result], contexts: Sequence[AbstractContextManager[object]]
    ) -> Result:
        with ExitStack() as computing:
            for context in contexts:
                computing.enter_context(context)
            began = self._clock()
            try:
                return work()
            finally:
                seconds = self._clock() - began
                self._seconds_each += (seconds - self._seconds_each) * (0.1 if self._seconds_each else 1)


def _lower_priority() -> None:
    if hasattr(os, "setpriority"):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)

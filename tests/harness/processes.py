"""Processes, threads, and waiting for conditions."""

import resource
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

Result = TypeVar("Result")

POLL_SECONDS = 0.05
"""Between two checks of a condition that gives no signal, such as the state of another process."""

BARRIER_SECONDS = 30
"""For all threads of `all_at_once` to start."""


def wait_until(
    condition: Callable[[], bool],
    failure: str,
    *,
    deadline: float,
    details: Callable[[], str] = str,
    error: type[Exception] = AssertionError,
) -> None:
    """Return once `condition()` is true.

    Raises:
        error: It is still false after `deadline` seconds. The message is `failure` and `details()`.
    """
    end = time.monotonic() + deadline
    while not condition():
        if time.monotonic() > end:
            raise error(f"{failure} {details()}".strip())
        time.sleep(POLL_SECONDS)


@contextmanager
def in_thread(run: Callable[[], None], stop: Callable[[], None]) -> Iterator[None]:
    """Run a function in a thread during the block. `stop` makes it return; the thread is joined."""
    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop()
        thread.join()


def descendants_of(pid: int) -> list[int]:
    """Return the process ids of the children of a process, and of theirs; none if it has ended."""
    with suppress(OSError):
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [each for child in map(int, children) for each in (child, *descendants_of(child))]
    return []


def raise_open_files_limit() -> None:
    """Raise the limit of open files to the maximum, for this process and its children."""
    _, maximum = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (maximum, maximum))


def all_at_once(acts: Sequence[Callable[[], Result]]) -> list[Result]:
    """Return the results of the functions. None is called before each has a thread."""
    together = threading.Barrier(len(acts))

    def act(one: Callable[[], Result]) -> Result:
        together.wait(BARRIER_SECONDS)
        return one()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(act, acts))

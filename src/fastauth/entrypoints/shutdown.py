"""What happens between SIGTERM and the end.

First nothing but that ``/health/ready`` says no, for `Stopping.delay`: a proxy that asks now and
then sends its requests elsewhere before the first of them could be refused. Then the server stops
listening, lets go of who asks nothing, and finishes what is under way. A second SIGTERM ends all of
that at once.
"""

import asyncio
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import parent_process
from types import FrameType
from typing import NoReturn


class GracefulShutdown:
    """Whether this process is about to end."""

    def __init__(self, *, delay: float) -> None:
        self.delay = delay
        self.in_progress = False

    @contextmanager
    def on_sigterm(self) -> Iterator[None]:
        """Meanwhile, put the delay between SIGTERM and what the server does then."""
        server = signal.getsignal(signal.SIGTERM)
        if threading.current_thread() is not threading.main_thread() or not callable(server):
            yield
            return
        loop = asyncio.get_running_loop()

        def begin(number: int, _frame: FrameType | None) -> None:
            if not self.in_progress:
                self.in_progress = True
                loop.call_soon_threadsafe(loop.call_later, self.delay, server, number, None)
            elif not parent_process():  # a worker hears of it twice where its whole group is told
                terminate()

        signal.signal(signal.SIGTERM, begin)
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, server)


def terminate() -> NoReturn:
    """End this process as SIGTERM does where nobody handles it."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.raise_signal(signal.SIGTERM)
    raise AssertionError("unreachable")

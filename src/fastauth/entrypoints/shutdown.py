"""Graceful shutdown after SIGTERM.

For `GracefulShutdown.delay` seconds the service serves as before, but ``/health/ready`` fails: proxies that
poll it stop sending requests. Then the server stops listening, closes idle connections and completes the
pending requests. A second SIGTERM ends the process at once.
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
    """The state of the shutdown of this process."""

    def __init__(self, *, delay: float) -> None:
        self.delay = delay
        self.in_progress = False

    @contextmanager
    def on_sigterm(self) -> Iterator[None]:
        """Within the block, delay the server's reaction to SIGTERM by `delay` seconds."""
        server = signal.getsignal(signal.SIGTERM)
        if threading.current_thread() is not threading.main_thread() or not callable(server):
            yield
            return
        loop = asyncio.get_running_loop()

        def begin(number: int, _frame: FrameType | None) -> None:
            if not self.in_progress:
                self.in_progress = True
                loop.call_soon_threadsafe(loop.call_later, self.delay, server, number, None)
            elif not parent_process():  # workers get it twice if it is sent to the process group
                terminate()

        signal.signal(signal.SIGTERM, begin)
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, server)


def terminate() -> NoReturn:
    """End this process with the default action of SIGTERM."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.raise_signal(signal.SIGTERM)
    raise AssertionError("unreachable")

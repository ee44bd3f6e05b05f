"""The supervisor of several workers."""

import signal
from collections.abc import Iterator
from multiprocessing import Pipe
from typing import Any

import pytest
import uvicorn
from uvicorn.supervisors.multiprocess import SIGNALS

from fastauth.entrypoints.http.server.supervisor import Supervisor


class KilledError(Exception):
    """Raised in place of the end of a process."""


class Worker:
    """A worker whose end a test notices."""

    def kill(self) -> None:
        raise KilledError


class AnsweringWorker:
    """A worker that answers, with the pipe of its questions and answers."""

    def __init__(self) -> None:
        self.parent_conn, self.child_conn = Pipe()

    def is_alive(self, timeout: float) -> bool:
        return timeout > 0


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    before = {number: signal.getsignal(number) for number in SIGNALS}
    workers: list[Any] = [Worker()]
    supervisor = Supervisor(uvicorn.Config("", log_config=None), [])
    supervisor.processes = workers
    yield supervisor
    for number, handler in before.items():
        signal.signal(number, handler)


class TestSigterm:
    def test_second_one_kills_workers_that_are_just_told_to_end(self, supervisor: Supervisor) -> None:
        """It comes before the supervisor waits for them."""
        signal.raise_signal(signal.SIGTERM)
        supervisor.handle_signals()
        assert supervisor.should_exit.is_set()
        signal.raise_signal(signal.SIGTERM)
        with pytest.raises(KilledError):
            supervisor.join_all()


class TestDeath:
    def test_ends_the_wait_for_an_answer(self, supervisor: Supervisor) -> None:
        """The worker alone has its end of the pipe open. It may die after a question has been sent."""
        worker: Any = AnsweringWorker()
        supervisor.processes = [worker]
        supervisor.keep_subprocess_alive()
        assert worker.parent_conn.poll()
        with pytest.raises(EOFError):
            worker.parent_conn.recv()

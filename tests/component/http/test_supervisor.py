"""The supervisor of several workers."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
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

    def join(self) -> None:
        raise AssertionError("the supervisor waits for it")

    def kill(self) -> None:
        raise KilledError


class AnsweringWorker:
    """A worker that answers, with the pipe of its questions and answers."""

    def __init__(self) -> None:
        self.parent_conn, self.child_conn = Pipe()

    def is_alive(self, timeout: float) -> bool:
        return timeout > 0


class SignallingWorker(Worker):
    """A worker that the supervisor waits for when the second signal comes."""

    def join(self) -> None:
        signal.raise_signal(signal.SIGTERM)


@contextmanager
def supervisor_of(worker: Any) -> Iterator[Supervisor]:  # noqa: ANN401  in place of uvicorn's class
    before = {number: signal.getsignal(number) for number in SIGNALS}
    supervisor = Supervisor(uvicorn.Config("", log_config=None), [])
    supervisor.processes = [worker]
    try:
        yield supervisor
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class TestSigterm:
    def test_second_one_kills_workers_that_are_waited_for(self) -> None:
        with supervisor_of(SignallingWorker()) as supervisor, pytest.raises(KilledError):
            supervisor.join_all()

    def test_second_one_kills_workers_that_are_just_terminated(self) -> None:
        """It comes before the supervisor waits for them."""
        with supervisor_of(Worker()) as supervisor:
            signal.raise_signal(signal.SIGTERM)
            supervisor.handle_signals()
            assert supervisor.should_exit.is_set()
            signal.raise_signal(signal.SIGTERM)
            with pytest.raises(KilledError):
                supervisor.join_all()


class TestDeath:
    def test_ends_the_wait_for_an_answer(self) -> None:
        """The worker alone has its end of the pipe open. It may die after a question has been sent."""
        worker = AnsweringWorker()
        with supervisor_of(worker) as supervisor:
            supervisor.keep_subprocess_alive()
        assert worker.parent_conn.poll()
        with pytest.raises(EOFError):
            worker.parent_conn.recv()

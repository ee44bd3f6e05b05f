"""A plugin of pytest that runs the tests in several processes, forked once the tests are collected.

`--processes` is its option. A process takes one file after the other, so the fixtures of a file are made
once. One begins with the first files and one with the last: slow tests wait while quick ones compute
(ADR 0058).
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import groupby, pairwise
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from typing import Any, NamedTuple

import pytest

FORKS = get_context("fork")
TOO_MANY = 4
"""More processes gain nothing: each has a PostgreSQL server of its own."""

File = Sequence[pytest.Item]


class Begun(NamedTuple):
    """A test has begun."""

    nodeid: str
    location: tuple[str, int | None, str]


class Ended(NamedTuple):
    """A test has ended. Its reports are serialized by pytest."""

    reports: list[dict[str, Any]]


class Over(NamedTuple):
    """A process has run its last test, and torn down what it had set up."""

    reports: list[dict[str, Any]]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--processes", type=_number, default=1, metavar="N", help="run the tests in N processes, or 'auto'"
    )


def _number(option: str) -> int:
    return min(os.cpu_count() or 1, TOO_MANY) if option == "auto" else int(option)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Run the tests, or leave them to pytest: in one process, in a debugger, and after errors before."""
    options = session.config.option
    files = [[*tests] for _, tests in groupby(session.items, key=lambda test: test.path)]
    processes = min(options.processes, len(files))
    if processes < 2 or options.collectonly or options.usepdb or session.testsfailed:
        return None
    ForkedRun(session, files).run(processes)
    return True


class Files:
    """The files of tests that no process has taken, from `first` to before `end`."""

    def __init__(self, files: Sequence[File]) -> None:
        self._files = files
        self._first = FORKS.Value("i", 0, lock=False)
        self._end = FORKS.Value("i", len(files), lock=False)
        self._lock = FORKS.Lock()

    def taken_by(self, number: int) -> Iterator[File]:
        """Iterate over the files of a process: from the first on, or backwards if its number is odd."""
        while (place := self._take(from_end=number % 2 == 1)) is not None:
            yield self._files[place]

    def take_all(self) -> None:
        with self._lock:
            self._end.value = self._first.value

    def _take(self, *, from_end: bool) -> int | None:
        with self._lock:
            first: int = self._first.value
            end: int = self._end.value
            if first == end:
                return None
            if from_end:
                self._end.value = end - 1
                return end - 1
            self._first.value = first + 1
            return first


class ForkedRun:
    """Run tests in forked processes, and report their results in this one."""

    def __init__(self, session: pytest.Session, files: Sequence[File]) -> None:
        self._session = session
        self._files = Files(files)
        self._children: dict[Connection, ForkProcess] = {}
        self._running: dict[Connection, Begun] = {}
        self._ended = 0

    def run(self, processes: int) -> None:
        plugins = self._session.config.pluginmanager
        if terminal := plugins.getplugin("terminalreporter"):
            terminal.showfspath = False  # files take turns: each would be named many times
        try:
            for number in range(processes):
                self._start(self._files.taken_by(number))
            while self._children:
                for receiver in wait([*self._children]):
                    assert isinstance(receiver, Connection)
                    self._receive(receiver)
        finally:
            self._stop()
        if self._ended < len(self._session.items):
            raise self._session.Interrupted(
                f"{len(self._session.items) - self._ended} tests were not run to their end"
            )

    def _start(self, files: Iterator[File]) -> None:
        receiver, sender = FORKS.Pipe(duplex=False)
        child = ForkProcess(target=Worker(self._session, files, sender).run)
        child.start()
        sender.close()  # else the end of the child is not seen
        self._children[receiver] = child

    def _stop(self) -> None:
        """Wait for the ends of the files that run."""
        self._files.take_all()
        for receiver, child in self._children.items():
            with suppress(EOFError, OSError):
                while True:
                    receiver.recv()
            child.join()

    def _receive(self, receiver: Connection) -> None:
        try:
            message = receiver.recv()
        except (EOFError, OSError):  # the second in the middle of a message
            self._crashed(receiver)
            return
        match message:
            case Begun():
                self._running[receiver] = message
            case Ended(reports):
                del self._running[receiver]
                self._ended += 1
                self._report(reports)
            case Over(reports):
                self._children.pop(receiver).join()
                self._report(reports)

    def _report(self, reports: Sequence[dict[str, Any]]) -> None:
        session, hook = self._session, self._session.config.hook
        for data in reports:
            report = hook.pytest_report_from_serializable(config=session.config, data=data)
            hook.pytest_runtest_logreport(report=report)
        if session.shouldfail:
            raise session.Failed(session.shouldfail)
        if session.shouldstop:
            raise session.Interrupted(session.shouldstop)

    def _crashed(self, receiver: Connection) -> None:
        """Report the test that ran as a failed one."""
        child = self._children.pop(receiver)
        child.join()
        reason = f"a process of the run ended with status {child.exitcode}"
        begun = self._running.pop(receiver, None)
        if not begun:
            raise self._session.Failed(reason)
        report = pytest.TestReport(*begun, keywords={}, outcome="failed", longrepr=reason, when="call")
        self._session.config.hook.pytest_runtest_logreport(report=report)


class Worker:
    """Run the tests of a forked process, and send what they report."""

    def __init__(self, session: pytest.Session, files: Iterator[File], sender: Connection) -> None:
        self._session = session
        self._config = session.config
        self._files = files
        self._sender = sender
        self._reports: list[dict[str, Any]] = []
        self._last: pytest.Item | None = None

    def run(self) -> None:
        self._config.pluginmanager.unregister(name="terminalreporter")
        self._config.pluginmanager.register(self)
        _capture_into_own_file(self._config)
        with suppress(KeyboardInterrupt, BrokenPipeError):  # interrupted, or the parent has ended
            try:
                self._run_files()
            finally:
                self._tear_down()
            self._sender.send(Over(self._reports))

    def _run_files(self) -> None:
        for file in self._files:
            # With the session as the next test, the fixtures of the session stay, and those of the file go.
            for test, following in pairwise([*file, self._session]):
                assert isinstance(test, pytest.Item)
                self._last = test
                self._config.hook.pytest_runtest_protocol(item=test, nextitem=following)
                if self._session.shouldfail or self._session.shouldstop:
                    return

    def _tear_down(self) -> None:
        """Tear the fixtures of the session down. An error there is one of the last test, as in pytest."""
        runner: Any = self._config.pluginmanager.getplugin("runner")
        call = pytest.CallInfo.from_call(lambda: runner.pytest_sessionfinish(self._session), when="teardown")
        if call.excinfo and self._last:
            self.pytest_runtest_logreport(pytest.TestReport.from_item_and_call(self._last, call))

    def pytest_runtest_logstart(self, nodeid: str, location: tuple[str, int | None, str]) -> None:
        self._sender.send(Begun(nodeid, location))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        hook = self._config.hook
        self._reports.append(hook.pytest_report_to_serializable(config=self._config, report=report))

    def pytest_runtest_logfinish(self) -> None:
        self._sender.send(Ended(self._reports))
        self._reports = []


def _capture_into_own_file(config: pytest.Config) -> None:
    """Leave the file of captured output to the other processes: all would write at its one position."""
    capture: Any = config.pluginmanager.getplugin("capturemanager")
    capture.stop_global_capturing()
    capture.start_global_capturing()
    capture.suspend_global_capture()

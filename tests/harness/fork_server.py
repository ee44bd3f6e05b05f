"""A process that has imported fastauth and forks services.

Two thirds of the processor time of a start are imports. A forked service has a process, a session, an
environment, a directory and files of its own, like one that an interpreter starts.
"""

import gc
import importlib
import json
import multiprocessing
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import IO, ClassVar, NoReturn, Protocol, TypedDict

import typer.main
import uvicorn._subprocess

PRELOADED = (
    "aiosqlite",
    "alembic.command",
    "psycopg",
    "sqlalchemy.dialects.postgresql",
    "sqlalchemy.dialects.sqlite",
    "uvicorn.lifespan.on",
    "uvicorn.loops.uvloop",
    "uvicorn.server",
    "fastauth.entrypoints.cli.serve",
    "fastauth.entrypoints.http.app",
    "fastauth.entrypoints.http.server.protocol",
    "fastauth.entrypoints.http.server.run",
    "fastauth.entrypoints.http.server.uvicorn_version",
    "fastauth.entrypoints.startup",
)
START_DEADLINE = 120  # seconds
REPOSITORY = Path(__file__).parent.parent.parent


class Process(Protocol):
    """What a test does with a process that it has started."""

    pid: int

    def poll(self) -> int | None: ...
    def wait(self, timeout: float) -> int: ...
    def terminate(self) -> None: ...
    def send_signal(self, number: int, /) -> None: ...


class ForkedProcess:
    """A service that the fork server has started."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._ended = threading.Event()
        self._status: int | None = None

    def poll(self) -> int | None:
        return self._status

    def wait(self, timeout: float) -> int:
        self._ended.wait(timeout)
        if self._status is None:
            raise subprocess.TimeoutExpired("fastauth", timeout)
        return self._status

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def send_signal(self, number: int, /) -> None:
        if self._status is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def note_end(self, status: int) -> None:
        self._status = status
        self._ended.set()


class ForkServer:
    """Start services. The server itself starts with the first of them."""

    current: ClassVar["ForkServer | None"] = None
    """The server of the test run. Outside of a run, such as in `faults`, services have interpreters."""

    def __init__(self) -> None:
        self._server: subprocess.Popen[str] | None = None
        self._request = threading.Lock()
        self._started: list[int] = []
        self._processes: dict[int, ForkedProcess] = {}
        self._ended: dict[int, int] = {}
        self._change = threading.Condition()
        self._is_over = False

    def launch(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        directory: str | Path,
        output: str | Path,
        stdin: str | Path = os.devnull,
    ) -> ForkedProcess:
        """See `start_fastauth`. `stdin` may be a named pipe; it and `output` may be a terminal."""
        with self._request:
            server = self._server = self._server or self._start()
            assert server.stdin
            request = Request(
                arguments=[*arguments],
                environment=dict(environment),
                directory=str(directory),
                output=str(output),
                stdin=str(stdin),
            )
            server.stdin.write(json.dumps(request) + "\n")
            server.stdin.flush()
            with self._change:
                assert self._change.wait_for(lambda: self._started or self._is_over, timeout=START_DEADLINE)
                assert self._started, "the fork server has ended"
                pid = self._started.pop()
                process = self._processes[pid] = ForkedProcess(pid)
                if pid in self._ended:
                    process.note_end(self._ended.pop(pid))
        return process

    def close(self) -> None:
        """End the server and every service that still runs."""
        if self._server and self._server.stdin and self._server.stdout:
            self._server.stdin.close()
            self._server.wait(30)
            self._reader.join()
            self._server.stdout.close()

    def _start(self) -> subprocess.Popen[str]:
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.harness.fork_server"],
            cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read, args=(server.stdout,), daemon=True)
        self._reader.start()
        return server

    def _read(self, output: IO[str]) -> None:
        for line in output:
            kind, *numbers = line.split()
            with self._change:
                if kind == "started":
                    self._started.append(int(numbers[0]))
                else:
                    pid, status = map(int, numbers)
                    if process := self._processes.pop(pid, None):
                        process.note_end(status)
                    else:
                        self._ended[pid] = status
                self._change.notify_all()
        with self._change:
            self._is_over = True
            self._change.notify_all()


@contextmanager
def forked_services() -> Iterator[None]:
    """Fork every service that starts in the block."""
    server = ForkServer.current = ForkServer()
    try:
        yield
    finally:
        ForkServer.current = None
        server.close()


def start_fastauth(
    *arguments: str, environment: Mapping[str, str], directory: str | Path, log: IO[bytes]
) -> Process:
    """Start the command ``fastauth`` with this environment in this directory; append its output to `log`.

    It is a fork where a test run has a fork server: see `fork_workers` for several workers.
    """
    if ForkServer.current:
        return ForkServer.current.launch(arguments, environment, directory, log.name)
    return subprocess.Popen(
        [sys.executable, "-m", "fastauth", *arguments],
        cwd=directory, env=environment, stdout=log, stderr=log, start_new_session=True,
    )  # fmt: skip


class Request(TypedDict):
    arguments: list[str]
    environment: dict[str, str]
    directory: str
    output: str
    stdin: str


def fork_on_request() -> Request:
    """Fork for each line of standard input, and print which process started or ended.

    Only a fork returns, with its request.
    """
    running: dict[int, int] = {}  # process ids by their file descriptors
    ready = select.poll()
    ready.register(0, select.POLLIN)
    received = b""
    while True:
        for descriptor, _ in ready.poll():
            if pid := running.pop(descriptor, None):
                ready.unregister(descriptor)
                os.close(descriptor)
                say(f"ended {pid} {os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}")
                continue
            read = os.read(0, 65_536)
            if not read:
                end(running.values())
            *requests, received = (received + read).split(b"\n")
            for request in requests:
                pid = os.fork()
                if not pid:
                    found: Request = json.loads(request)
                    return found
                running[os.pidfd_open(pid)] = pid
                ready.register(list(running)[-1], select.POLLIN)
                say(f"started {pid}")


def say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


def end(running: Iterable[int]) -> NoReturn:
    for pid in running:
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    os._exit(0)


def become(request: Request) -> None:
    """Set the session, files, directory and environment of this process."""
    os.setsid()
    os.dup2(os.open(request["stdin"], os.O_RDONLY | os.O_NOCTTY), 0)
    output = os.open(request["output"], os.O_WRONLY | os.O_APPEND | os.O_NOCTTY)
    os.dup2(output, 1)
    os.dup2(output, 2)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's job in the background ignores it
    os.closerange(3, 1_024)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["directory"])
    sys.argv = ["fastauth", *request["arguments"]]
    # A process that starts others by multiprocessing passes them the name of its main module.
    sys.modules["__main__"].__spec__ = find_spec("fastauth.__main__")
    fork_workers()


def fork_workers() -> None:
    """Have the supervisor of several workers start one interpreter, and fork each worker from that.

    uvicorn starts an interpreter for each worker. Python's fork server also sends a new process what it runs,
    and nothing else is inherited, so that the workers share no more than those of uvicorn.
    """
    multiprocessing.set_forkserver_preload([*PRELOADED])
    uvicorn._subprocess.spawn = multiprocessing.get_context("forkserver")  # type: ignore[assignment]  # noqa: SLF001


if __name__ == "__main__":
    for module in PRELOADED:
        importlib.import_module(module)
    typer.main.get_command = cache(typer.main.get_command)  # each fork would make all commands again
    typer.main.get_command(importlib.import_module("fastauth.entrypoints.cli").app)
    gc.freeze()  # a collection in a fork would copy every page of what was imported
    become(fork_on_request())
    importlib.import_module("fastauth.entrypoints.cli").main()

"""Flood the edge of HTTP, and print what each attack made of it: ``python -m faults.http_exhaustion``.

Each attack has a service of its own on SQLite and a bound in bytes, connections and seconds. Beside
it another client, of another network, asks for ``/ping`` over new connections. All of it stays on
this machine's loopback. The exit status is 1 where a goal is missed.
"""

import argparse
import asyncio
import json
import math
import multiprocessing
import re
import resource
import socket
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.harness.service import Service

MIB = 1024 * 1024
MOST_MEMORY = 64 * MIB
"""The goal: bytes of the worker over its rest."""
SLOWEST_PING = 1.0
"""The goal: seconds."""
STOP_AT = 640 * MIB
"""Bytes over rest at which an attack is ended: it has made its point, and the machine is not ours alone."""

HOST = b"Host: a\r\n"
POST = b"POST /sessions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
LOG_IN = b'{"username":"nobody","password":"no password"}'
DUE = POST + b"Content-Length: %d\r\n\r\n" % len(LOG_IN) + LOG_IN
PING = b"GET /ping HTTP/1.1\r\nHost: a\r\n\r\n"
OFFER = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"
KEYS = b"GET /.well-known/jwks.json HTTP/1.1\r\nHost: a\r\n\r\n"
SCRIPT = b"GET /docs/files/swagger-ui-bundle.js HTTP/1.1\r\nHost: a\r\n\r\n"


@dataclass(frozen=True)
class Attack:
    """What each of some connections sends: once `first`, then `again` up to so many bytes."""

    name: str
    connections: int
    first: bytes = b""
    again: bytes = b""
    most: int = 0
    pause: float = 0
    """Seconds between two times."""
    reads: bool = False


ATTACKS = (
    Attack("trailers without end", 1, CHUNKED + b"0\r\n", b"A: b\r\n" * 5_000, 160 * MIB),
    Attack("one trailer without end", 1, CHUNKED + b"0\r\nA: ", b"x" * 32_768, 160 * MIB),
    Attack("tiny chunks", 20, CHUNKED, b"1\r\na\r\n" * 5_000, 8 * MIB),
    Attack("chunk extensions without end", 20, CHUNKED + b"1;", b"x" * 32_768, 8 * MIB),
    Attack("a next head while an answer is due", 20, DUE + PING[:-2], b"A: b\r\n" * 5_000, 8 * MIB),
    Attack("one header of it without end", 20, DUE + PING[:-2] + b"A: ", b"x" * 32_768, 8 * MIB),
    Attack("answers that nobody reads", 20, again=KEYS * 800, most=400_000),
    Attack("large answers that nobody reads", 100, again=SCRIPT, most=len(SCRIPT) * 4),
    Attack("a few requests each, not read", 1_000, PING * 400),
    Attack("many requests at once", 20, again=b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" * 2_000, most=MIB),
    Attack("many without Host", 20, again=b"GET / HTTP/1.1\r\n\r\n" * 2_000, most=MIB),
    Attack("many offers to upgrade", 20, again=OFFER * 1_000, most=MIB),
    Attack("heads that drip", 1_000, PING[:-2], b"A: b\r\n", 4_096, pause=0.5),
    Attack("large heads without an end", 300, PING[:-2] + b"A: b\r\n" * 250 + b"A: " + b"x" * 14_000),
    Attack("bodies that do not come", 900, POST + b"Content-Length: 9999\r\n\r\n" + b" " * 9_000),
    Attack("connections that rest", 1_500, PING, reads=True),
    Attack("what is not HTTP", 900, b"hello\r\n\r\n", reads=True),
)


@dataclass
class Result:
    """What came of one attack."""

    attack: Attack
    sent: int = 0
    closed: int = 0
    """Connections that the service had closed when the time was over."""
    rest: int = 0
    memory: int = 0
    """Most bytes over rest."""
    pings: list[float] = field(default_factory=list)
    unanswered: int = 0
    log_bytes: int = 0
    stopped: bool = False

    @property
    def is_good(self) -> bool:
        """Whether the goals were reached."""
        slowest = max(self.pings, default=math.inf)
        return self.memory <= MOST_MEMORY and slowest <= SLOWEST_PING and not self.unanswered

    def row(self) -> tuple[str, ...]:
        """Return the line of the table."""
        attack, closed = self.attack, f"{self.closed} of {self.attack.connections}"
        over = f"{self.memory / MIB:.0f}" + (", stopped" if self.stopped else "")
        p50, slowest = (1_000 * median(self.pings), 1_000 * max(self.pings)) if self.pings else (0, 0)
        return (
            attack.name, str(attack.connections), f"{self.sent / MIB:.1f}", over, f"{p50:.0f}",
            f"{slowest:.0f}", str(self.unanswered), closed, f"{self.log_bytes / 1024:.0f}",
        )  # fmt: skip


HEADINGS = (
    "attack", "connections", "MiB sent", "MiB over rest", "ping p50 ms", "most ms", "unanswered",
    "closed", "KiB of log",
)  # fmt: skip


def main() -> None:
    """Run the attacks that were asked for."""
    parser = argparse.ArgumentParser(
        prog="python -m faults.http_exhaustion", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument(
        "--seconds", type=float, default=14, help="for each attack; a deadline of the service is 10"
    )
    parser.add_argument("--only", default="", help="those attacks whose name has this in it")
    options = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    results = []
    print(*_lines([HEADINGS, tuple("---" for _ in HEADINGS)]), sep="\n", flush=True)
    for attack in ATTACKS:
        if options.only in attack.name:
            results.append(_run(attack, options.seconds))
            print(*_lines([results[-1].row()]), sep="\n", flush=True)
    sys.exit(not all(each.is_good for each in results))


def _lines(rows: Iterable[tuple[str, ...]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in rows]


def _run(attack: Attack, seconds: float) -> Result:
    settings = {
        "FASTAUTH_ARGON2_MEMORY_KIB": "1024",
        "FASTAUTH_ARGON2_TIME_COST": "600",
    }  # so that log-ins wait
    with (
        TemporaryDirectory(prefix="fastauth-floods-") as home,
        Service(f"sqlite:///{home}/flood.db", **settings) as service,
    ):
        ours, theirs = multiprocessing.Pipe()
        other = multiprocessing.Process(target=_ping, args=(service.port, seconds, theirs))
        other.start()
        ours.recv()  # it is warm
        result = Result(attack, rest=_memory(service.pid))
        before = len(service.log)
        asyncio.run(_attack(service, result, seconds))
        result.pings, result.unanswered = json.loads(ours.recv())
        other.join()
        result.log_bytes = len(service.log) - before
        service.kill()
    return result


async def _attack(service: Service, result: Result, seconds: float) -> None:
    end = time.monotonic() + seconds
    lines = [asyncio.create_task(_line(service.port, result, end)) for _ in range(result.attack.connections)]
    while time.monotonic() < end:
        result.memory = max(result.memory, _memory(service.pid) - result.rest)
        if result.memory > STOP_AT:
            result.stopped = True
            break
        await asyncio.sleep(0.05)
    for line in lines:
        line.cancel()
    await asyncio.gather(*lines, return_exceptions=True)


async def _line(port: int, result: Result, end: float) -> None:
    """Attack over one connection, and keep it until the service closes it or the time is over."""
    loop, attack = asyncio.get_running_loop(), result.attack
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 262_144 if attack.reads else 4_096)
        line.setblocking(False)  # noqa: FBT003  the socket's own way to say so
        try:
            await loop.sock_connect(line, ("127.0.0.1", port))
            await loop.sock_sendall(line, attack.first)
            result.sent += len(attack.first)
            for _ in range(0, attack.most, len(attack.again) or 1):
                await loop.sock_sendall(line, attack.again)
                result.sent += len(attack.again)
                await asyncio.sleep(attack.pause)
            while time.monotonic() < end:
                if attack.reads and not await loop.sock_recv(line, 65_536):
                    result.closed += 1
                    return
                if not attack.reads:
                    _look(line)
                    await asyncio.sleep(0.2)
        except OSError:
            result.closed += 1


def _look(line: socket.socket) -> None:
    """Raise OSError if the service has closed a connection, without reading from it."""
    state = line.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]
    if state != 1:  # TCP_ESTABLISHED
        raise ConnectionResetError


def _ping(port: int, seconds: float, report: Connection) -> None:
    """Ask as somebody else, each time over a new connection, and report the seconds that it took."""
    took, unanswered = [], 0
    for _ in range(50):
        _ping_once(port)
    report.send(True)  # noqa: FBT003  any object
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.monotonic()
        if _ping_once(port):
            took.append(time.monotonic() - began)
        else:
            unanswered += 1
        time.sleep(0.02)
    report.send(json.dumps([took, unanswered]))


def _ping_once(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 30, ("127.0.0.2", 0)) as line:
        line.sendall(PING)
        return line.recv(65_536).startswith(b"HTTP/1.1 200")
    return False


def _memory(pid: int) -> int:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1]) * 1024


if __name__ == "__main__":
    main()

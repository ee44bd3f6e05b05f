"""Resource exhaustion over HTTP: memory and latency of others under each attack.

``python -m faults.http_exhaustion``. Each attack runs against a service of its own on SQLite, and is bounded
in bytes, connections and seconds. A second client with another address sends ``GET /ping`` over new
connections meanwhile. All traffic stays on this machine's loopback interface. The exit status is 1 if a
goal is missed.
"""

import argparse
import asyncio
import json
import math
import multiprocessing
import re
import signal
import socket
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from faults.outcome import markdown_row, markdown_table
from tests.harness.processes import raise_open_files_limit
from tests.harness.service import Service

MIB = 1024 * 1024
MAX_MEMORY = 64 * MIB
"""The goal: bytes of resident memory of the worker over its value at rest."""
MAX_PING_SECONDS = 1.0
"""The goal: the slowest ping."""
STOP_AT = 640 * MIB
"""Bytes over rest at which an attack is stopped, since other processes share the machine."""

MEMORY_SAMPLING_SECONDS = 0.05
"""Between two readings of the resident memory, which has no event to wait for."""
STATE_SAMPLING_SECONDS = 0.2
"""Between two looks at the state of an attacking connection. To wait for its end would be to read from it."""
PING_PAUSE_SECONDS = 0.02
"""Between two pings."""

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
    """The bytes that each connection sends: `first` once, then `again` until `max_bytes` are sent."""

    name: str
    connections: int
    first: bytes = b""
    again: bytes = b""
    max_bytes: int = 0
    pause: float = 0
    """Seconds between two chunks."""
    reads: bool = False


ATTACKS = (
    Attack("endless trailers", 1, CHUNKED + b"0\r\n", b"A: b\r\n" * 5_000, 160 * MIB),
    Attack("one endless trailer", 1, CHUNKED + b"0\r\nA: ", b"x" * 32_768, 160 * MIB),
    Attack("tiny chunks", 20, CHUNKED, b"1\r\na\r\n" * 5_000, 8 * MIB),
    Attack("endless chunk extensions", 20, CHUNKED + b"1;", b"x" * 32_768, 8 * MIB),
    Attack("a second head before the response", 20, DUE + PING[:-2], b"A: b\r\n" * 5_000, 8 * MIB),
    Attack("an endless header in it", 20, DUE + PING[:-2] + b"A: ", b"x" * 32_768, 8 * MIB),
    Attack("responses that are not read", 20, again=KEYS * 800, max_bytes=400_000),
    Attack("large responses that are not read", 100, again=SCRIPT, max_bytes=len(SCRIPT) * 4),
    Attack("a few requests each, not read", 1_000, PING * 400),
    Attack("many requests at once", 20, again=b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" * 2_000, max_bytes=MIB),
    Attack("many without Host", 20, again=b"GET / HTTP/1.1\r\n\r\n" * 2_000, max_bytes=MIB),
    Attack("many upgrade requests", 20, again=OFFER * 1_000, max_bytes=MIB),
    Attack("slow heads (Slowloris)", 1_000, PING[:-2], b"A: b\r\n", 4_096, pause=0.5),
    Attack("large heads without end", 300, PING[:-2] + b"A: b\r\n" * 250 + b"A: " + b"x" * 14_000),
    Attack("bodies that never arrive", 900, POST + b"Content-Length: 9999\r\n\r\n" + b" " * 9_000),
    Attack("idle connections", 1_500, PING, reads=True),
    Attack("not HTTP", 900, b"hello\r\n\r\n", reads=True),
)


@dataclass
class AttackResult:
    """The measured effects of one attack."""

    attack: Attack
    sent: int = 0
    closed: int = 0
    """Connections that the service had closed at the end."""
    rest: int = 0
    """Bytes of resident memory before the attack."""
    memory: int = 0
    """The peak of resident memory over rest, in bytes."""
    pings: list[float] = field(default_factory=list)
    """Seconds of each ping."""
    unanswered: int = 0
    log_bytes: int = 0
    stopped: bool = False

    @property
    def is_good(self) -> bool:
        """Whether the goals were reached."""
        slowest = max(self.pings, default=math.inf)
        return self.memory <= MAX_MEMORY and slowest <= MAX_PING_SECONDS and not self.unanswered

    def row(self) -> tuple[str, ...]:
        """Return the cells of the table."""
        attack, closed = self.attack, f"{self.closed} of {self.attack.connections}"
        over = f"{self.memory / MIB:.0f}" + (", stopped" if self.stopped else "")
        p50, slowest = (1_000 * median(self.pings), 1_000 * max(self.pings)) if self.pings else (0, 0)
        return (
            attack.name, str(attack.connections), f"{self.sent / MIB:.1f}", over, f"{p50:.0f}",
            f"{slowest:.0f}", str(self.unanswered), closed, f"{self.log_bytes / 1024:.0f}",
        )  # fmt: skip


HEADINGS = (
    "attack", "connections", "MiB sent", "MiB over rest", "ping p50 ms", "max ms", "unanswered",
    "closed", "KiB of log",
)  # fmt: skip


def main() -> None:
    """Run the selected attacks, and print the table."""
    parser = argparse.ArgumentParser(
        prog="python -m faults.http_exhaustion", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument(
        "--seconds", type=float, default=14, help="for each attack; the read timeout of the service is 10"
    )
    parser.add_argument("--only", default="", help="only attacks whose name contains this")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the service is stopped, too
    raise_open_files_limit()
    results = []
    print(*markdown_table(HEADINGS, []), sep="\n", flush=True)
    for attack in ATTACKS:
        if options.only in attack.name:
            results.append(_run(attack, options.seconds))
            print(markdown_row(results[-1].row()), flush=True)
    sys.exit(not all(each.is_good for each in results))


def _run(attack: Attack, seconds: float) -> AttackResult:
    settings = {
        "FASTAUTH_ARGON2_MEMORY_KIB": "1024",
        "FASTAUTH_ARGON2_TIME_COST": "600",
    }  # log-ins take long and queue up
    with (
        TemporaryDirectory(prefix="fastauth-floods-") as home,
        Service(f"sqlite:///{home}/flood.db", **settings) as service,
    ):
        ours, theirs = multiprocessing.Pipe()
        other = multiprocessing.Process(target=_ping, args=(service.port, seconds, theirs))
        other.start()
        ours.recv()  # the warm-up is over
        result = AttackResult(attack, rest=_memory(service.pid))
        before = len(service.log)
        asyncio.run(_attack(service, result, seconds))
        result.pings, result.unanswered = json.loads(ours.recv())
        other.join()
        result.log_bytes = len(service.log) - before
        service.kill()
    return result


async def _attack(service: Service, result: AttackResult, seconds: float) -> None:
    end = time.monotonic() + seconds
    tasks = [
        asyncio.create_task(_connection(service.port, result, end)) for _ in range(result.attack.connections)
    ]
    while time.monotonic() < end:
        result.memory = max(result.memory, _memory(service.pid) - result.rest)
        if result.memory > STOP_AT:
            result.stopped = True
            break
        await asyncio.sleep(MEMORY_SAMPLING_SECONDS)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _connection(port: int, result: AttackResult, end: float) -> None:
    """Attack over one connection, and keep it open until the service closes it or the time is over."""
    loop, attack = asyncio.get_running_loop(), result.attack
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 262_144 if attack.reads else 4_096)
        connection.setblocking(False)  # noqa: FBT003  the socket's own way to say so
        try:
            await loop.sock_connect(connection, ("127.0.0.1", port))
            await loop.sock_sendall(connection, attack.first)
            result.sent += len(attack.first)
            for _ in range(0, attack.max_bytes, len(attack.again) or 1):
                await loop.sock_sendall(connection, attack.again)
                result.sent += len(attack.again)
                await asyncio.sleep(attack.pause)
            while time.monotonic() < end:
                if attack.reads and not await loop.sock_recv(connection, 65_536):
                    result.closed += 1
                    return
                if not attack.reads:
                    _raise_if_closed(connection)
                    await asyncio.sleep(STATE_SAMPLING_SECONDS)
        except OSError:
            result.closed += 1


def _raise_if_closed(connection: socket.socket) -> None:
    """Raise ConnectionResetError if the peer has closed the connection, without reading from it."""
    state = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]
    if state != 1:  # TCP_ESTABLISHED
        raise ConnectionResetError


def _ping(port: int, seconds: float, report: Connection) -> None:
    """Ping as another client, each time over a new connection, and report the durations in seconds."""
    took, unanswered = [], 0
    for _ in range(50):
        _ping_once(port)
    report.send(True)  # noqa: FBT003  any object means that it is warm
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.monotonic()
        if _ping_once(port):
            took.append(time.monotonic() - began)
        else:
            unanswered += 1
        time.sleep(PING_PAUSE_SECONDS)  # the rate of the pings
    report.send(json.dumps([took, unanswered]))


def _ping_once(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 30, ("127.0.0.2", 0)) as connection:
        connection.sendall(PING)
        return connection.recv(65_536).startswith(b"HTTP/1.1 200")
    return False


def _memory(pid: int) -> int:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1]) * 1024


if __name__ == "__main__":
    main()

"""Attacks on the framing of HTTP/1.1, over bare sockets: small, with what they take counted."""

import json
import re
import select
import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import httpx2
import pytest
from tests.builders import a_registration
from tests.harness.gated_pool import GatedPool, gated_pool, gated_service  # noqa: F401  fixtures
from tests.harness.postgres import free_port
from tests.harness.service import DEADLINE, NO_TLS, Service, bearer

from fastauth.domain.rate_limits.network import network_of
from fastauth.entrypoints.http.server.byte_limits import (
    MAX_HEAD_BYTES,
    MAX_PENDING_BYTES,
    MAX_QUEUED_REQUESTS,
)

KIB = 1024
MOST_TAKEN = 16 * KIB * KIB
"""Bytes. The kernel buffers some megabytes that are not read; the attacks could send without end."""

HOST = b"Host: a\r\n"
PING = b"GET /ping HTTP/1.1\r\n" + HOST + b"\r\n"
CLOSE = b"Connection: close\r\n"
POST = b"POST /sessions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n"
OFFER = b"GET /ping HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"
MOST_CONNECTIONS = 20


class MeasuredService(Service):
    """A service with metrics."""

    def __init__(self, database_url: str, **settings: str) -> None:
        self._metrics_port = free_port()
        super().__init__(database_url, FASTAUTH_METRICS_PORT=str(self._metrics_port), **settings)

    def counted(self, metric: str, **labels: str) -> float:
        """Return a counter."""
        metrics = httpx2.get(f"http://127.0.0.1:{self._metrics_port}/metrics", verify=NO_TLS).text
        for line in metrics.splitlines():
            if line.startswith(f"{metric}_total") and all(f'{n}="{v}"' in line for n, v in labels.items()):
                return float(line.rpartition(" ")[2])
        return 0


@pytest.fixture(scope="module")
def hasty_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MeasuredService]:
    """A service that soon gives up on a client."""
    url = f"sqlite:///{tmp_path_factory.mktemp('framing')}/hasty.db"
    with MeasuredService(url, FASTAUTH_REQUEST_TIMEOUT_SECONDS="1") as service:
        yield service


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MeasuredService]:
    """A service whose deadlines no test meets, not even on a busy machine."""
    with MeasuredService(
        f"sqlite:///{tmp_path_factory.mktemp('framing')}/framing.db",
        FASTAUTH_REQUEST_TIMEOUT_SECONDS="60",
        FASTAUTH_MAX_PENDING_CONNECTIONS_PER_IP=str(MOST_CONNECTIONS),
        FASTAUTH_TRUSTED_PROXIES="127.0.0.9",
        FASTAUTH_RATE_LIMITS="true",
    ) as service:
        yield service


def connect(service: Service, source: str = "127.0.0.1") -> socket.socket:
    """Connect from an address of the loopback network. To the service each is a network of its own."""
    return socket.create_connection(("127.0.0.1", service.port), DEADLINE, source_address=(source, 0))


def talk(service: Service, *sent: bytes, source: str = "127.0.0.1") -> bytes:
    """Send these one after the other, and return all that comes until the service closes."""
    with connect(service, source) as line:
        with suppress(ConnectionError):
            for each in sent:
                line.sendall(each)
        return rest_of(line)


def rest_of(line: socket.socket) -> bytes:
    received = b""
    with suppress(ConnectionError):
        while part := line.recv(64 * KIB):
            received += part
    return received


def ping(line: socket.socket) -> list[int]:
    """Ask, and return the status of the answer once all of it is there."""
    line.sendall(PING)
    received = b""
    while b"pong" not in received and (part := line.recv(64 * KIB)):
        received += part
    return statuses(received)


def statuses(received: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", received)]


def chunked(body: bytes, *, trailers: bytes = b"") -> bytes:
    return b"%x\r\n%s\r\n0\r\n%s\r\n" % (len(body), body, trailers)


def taken(line: socket.socket, endless: bytes) -> int:
    """Send the same without end, and return how many bytes went out before the service closed."""
    sent = 0
    with suppress(ConnectionError):
        while sent < 2 * MOST_TAKEN:
            sent += line.send(endless)
    return sent


class TestTrailers:
    """Trailers that pass for headers: CWE-444, CWE-290; RFC 9110, 6.5.1. Without end: CWE-770."""

    def test_do_not_set_the_client_address(self, service: Service) -> None:
        """R32: `X-Forwarded-For` that cannot be read, or that the client wrote, loosens a limit.

        CVE-2024-47070, CVE-2023-36456 (authentik); CWE-348.
        """
        body = json.dumps({"username": "nobody", "password": "wrong password"}).encode()
        head = CHUNKED + b"X-Forwarded-For: 203.0.113.9\r\nConnection: close\r\n\r\n"
        answers = []
        for number in range(12):
            trailers = b"X-Forwarded-For: 198.51.100.%d\r\n" % number
            answers += statuses(talk(service, head + chunked(body, trailers=trailers), source="127.0.0.9"))
        assert answers == [400] * 12
        sent = [head + chunked(body)] * 11
        answers = [statuses(talk(service, each, source="127.0.0.9"))[0] for each in sent]
        assert answers == [401] * 10 + [429]

    @pytest.mark.parametrize("size", [10_000, 7])
    def test_carry_no_token(self, service: Service, size: int) -> None:
        registration = a_registration()
        service.register(registration)
        with service.client() as client:
            token = bearer(client.log_in(registration).json())["Authorization"].encode()
        head = b"GET /users/me HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        sent = head + chunked(b"x", trailers=b"Authorization: " + token + b"\r\n")
        pieces = [sent[begin : begin + size] for begin in range(0, len(sent), size)]
        assert statuses(talk(service, *pieces))[0] in {400, 401}

    @pytest.mark.parametrize("endless", [b"A: b\r\n" * 1_000, b"x" * 8_000], ids=["many", "one"])
    def test_are_limited(self, service: Service, endless: bytes) -> None:
        with connect(service) as line:
            line.sendall(CHUNKED + b"\r\n2\r\n{}\r\n0\r\nA: ")
            assert taken(line, endless) < MOST_TAKEN


class TestChunks:
    """Framing that is more than the content: CWE-770, as CVE-2023-39326 for Go."""

    @pytest.mark.parametrize(
        "endless",
        [b"1\r\nx\r\n" * 1_000, b"1;" + b"x" * 8_000 + b"\r\nx\r\n", b"x" * 8_000],
        ids=["tiny chunks", "long extensions", "one extension"],
    )
    def test_framing_is_limited(self, service: Service, endless: bytes) -> None:
        with connect(service) as line:
            line.sendall(CHUNKED + b"\r\n1;")
            if not endless.startswith(b"x"):
                line.sendall(b"a\r\nx\r\n")
            assert taken(line, endless) < MOST_TAKEN

    def test_one_byte_each_is_accepted(self, service: Service) -> None:
        body = json.dumps(a_registration()).encode()
        sent = b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n"
        head = CHUNKED.replace(b"/sessions", b"/users/register") + CLOSE
        assert statuses(talk(service, head + b"\r\n" + sent)) == [201]


class TestPipelinedHead:
    """A second head while the first answer is due, without end in bytes or seconds: CWE-770, CWE-400."""

    @pytest.mark.parametrize(
        ("beginning", "endless"),
        [(PING[:-2] + b"A: ", b"x" * 64 * KIB), (b"", b"\r\n" * 32 * KIB), (PING[:-2], b"A: b\r\n" * 10_000)],
        ids=["one header", "empty lines", "many headers"],
    )
    async def test_size_is_limited(self, url: str, pool: GatedPool, beginning: bytes, endless: bytes) -> None:
        body = json.dumps({"username": "santosh", "password": "sntsh"}).encode()
        with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as line:
            line.sendall(POST + b"Content-Length: %d\r\n\r\n" % len(body) + body)
            await pool.until_present(1)
            line.setblocking(False)  # noqa: FBT003  the socket's own way to say so
            sent, refusals = line.send(beginning), 0
            while refusals < 3:  # between two attempts the service may read
                try:
                    sent += line.send(endless)
                except BlockingIOError:
                    refusals += 1
                    await pool.until_present(1)
                except ConnectionError:
                    break
                assert sent < MOST_TAKEN
        pool.gate.set()

    def test_has_a_deadline(self, hasty_service: MeasuredService) -> None:
        with connect(hasty_service) as line:
            line.sendall(POST + b"Content-Length: 400\r\nExpect: 100-continue\r\n\r\n")
            assert statuses(line.recv(64 * KIB)) == [100]
            line.sendall(b" " * 400 + b"GET /ping HTTP/1.1\r\n")
            assert statuses(rest_of(line)) == [422, 408]


class TestUnreadResponses:
    """Answers that the client does not read: CWE-770, CWE-400 (slow read)."""

    def test_connection_is_reset(self, hasty_service: MeasuredService) -> None:
        before = hasty_service.counted("fastauth_connections_rejected", reason="write_timeout")
        with socket.socket() as line:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * KIB)
            line.connect(("127.0.0.1", hasty_service.port))
            line.sendall(b"GET /docs/files/swagger-ui-bundle.js HTTP/1.1\r\nHost: a\r\n\r\n" * 4)
            poll = select.poll()
            poll.register(line, 0)  # errors alone
            assert poll.poll(DEADLINE * 1_000)
        assert hasty_service.counted("fastauth_connections_rejected", reason="write_timeout") == before + 1


class TestPipeline:
    """Many requests at once on one connection: CWE-770; offers to upgrade among them: CWE-674."""

    @pytest.mark.parametrize("request_", [PING, OFFER], ids=["plain", "with offers to upgrade"])
    def test_five_requests_are_accepted(self, service: Service, request_: bytes) -> None:
        received = talk(service, request_ * 3, PING[:-2] + CLOSE + b"\r\n")
        assert statuses(received) == [200] * 4
        received = talk(service, request_ * (128 * KIB // len(request_)))
        assert 1 <= len(statuses(received)) <= 4 * (MAX_QUEUED_REQUESTS + 1)
        assert set(statuses(received)) == {200}
        assert received.count(b"connection: close") == 1
        assert "RecursionError" not in service.log

    def test_pending_bytes_are_limited(self, service: Service) -> None:
        large = PING[:-2] + b"A: " + b"x" * (MAX_HEAD_BYTES - 200) + b"\r\n\r\n"
        assert len(statuses(talk(service, large * 8))) <= MAX_PENDING_BYTES // len(large) + 1

    @pytest.mark.parametrize(
        "second",
        [
            b"hello\r\n\r\n",
            b"GET / HTTP/1.1\r\n\r\n",
            b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\n\r\n",
            CHUNKED + b"\r\nz\r\n",
            CHUNKED + b"\r\n" + chunked(b"{}", trailers=b"A: b\r\n"),
        ],
        ids=["no HTTP", "no host", "a long head", "no chunk", "trailers"],
    )
    def test_earlier_requests_are_answered_before_an_error(self, service: Service, second: bytes) -> None:
        assert statuses(talk(service, PING + second)) in ([200, 400], [200, 431])
        assert statuses(talk(service, PING + PING + second + PING)) in ([200, 200, 400], [200, 200, 431])

    def test_connection_close_ends_it(self, service: Service) -> None:
        assert statuses(talk(service, PING[:-2] + CLOSE + b"\r\n" + PING)) == [200]


class TestConnections:
    """Connections without number: CWE-770; around a bound by another address of the same network: CWE-799."""

    def test_every_state_counts(self, service: Service) -> None:
        source = "127.0.0.21"
        with ExitStack() as stack:
            for _ in range(MOST_CONNECTIONS):
                line = stack.enter_context(connect(service, source))
                line.sendall(POST + b"Content-Length: 9\r\nExpect: 100-continue\r\n\r\n")
                assert statuses(line.recv(64 * KIB)) == [100]
            assert statuses(talk(service, source=source)) == [503]
            assert statuses(talk(service, PING[:-2] + CLOSE + b"\r\n", source="127.0.0.22")) == [200]

    def test_idle_connections_are_closed_for_new_ones(self, service: Service) -> None:
        source = "127.0.0.23"
        with ExitStack() as stack:
            lines = [stack.enter_context(connect(service, source)) for _ in range(MOST_CONNECTIONS)]
            for line in lines:
                assert ping(line) == [200]
            assert statuses(talk(service, PING[:-2] + CLOSE + b"\r\n", source=source)) == [200]
            assert rest_of(lines[0]) == b""
            assert ping(lines[1]) == [200]

    def test_ipv6_limit_is_per_64_bit_prefix(self) -> None:
        """R33 (CVE-2026-45364 (better-auth); CWE-307): limits go by the text of an IPv6 address."""
        assert (
            network_of("2001:db8:0:1::1") == network_of("2001:db8:0:1:ffff::2") != network_of("2001:db8::1")
        )


class TestHost:
    """Requests with two hosts, or none: CWE-444; RFC 9112, 3.2."""

    @pytest.mark.parametrize(
        ("head", "right"),
        [
            (b"GET /ping HTTP/1.1\r\n\r\n", 400),
            (b"GET /ping HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
            (b"GET /ping HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400),
            (b"GET /ping HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
            (b"GET /ping HTTP/1.1\r\nHost: a@b\r\n\r\n", 400),
            (b"GET /ping HTTP/1.1\r\nHost: a, b\r\nConnection: close\r\n\r\n", 400),
            (b"GET /ping HTTP/0.9\r\nHost: a\r\n\r\n", 400),
            (b"GET /ping\r\n\r\n", 400),
            (b"GET /ping HTTP/2.0\r\nHost: a\r\n\r\n", 400),
            (b"POST /sessions HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
            (b"GET /ping HTTP/1.0\r\n\r\n", 200),
            (b"GET /ping HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n", 200),
            (b"GET /ping HTTP/1.1\r\nHost: [::1]:80\r\nConnection: close\r\n\r\n", 200),
            (b"GET /ping HTTP/1.1\r\nHost: my_service:8000\r\nConnection: close\r\n\r\n", 200),
            (b"GET http://a/ping HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 200),
        ],
    )
    def test_exactly_one_is_required(self, service: Service, head: bytes, right: int) -> None:
        assert statuses(talk(service, head)) == [right]


class TestRejectionLog:
    """Attacks that leave no trace: CWE-778."""

    def test_rejected_messages_are_logged_and_counted(self, service: MeasuredService) -> None:
        labels = {"method": "-", "route": "-", "status": "400"}
        before = service.counted("fastauth_requests", **labels)
        for _ in range(50):
            assert statuses(talk(service, b"hello\r\n\r\n", source="127.0.0.31")) == [400]
        assert service.counted("fastauth_requests", **labels) == before + 50
        lines = [line for line in service.log.splitlines() if "address=127.0.0.31" in line]
        assert len(lines) <= 50
        rejected = [line for line in service.log.splitlines() if " connection_rejected " in line]
        assert len(rejected) >= 1
        assert all("reason=" in line and "route=-" in line for line in rejected)

"""Limits of connections and of bytes, checks of request heads, and the log of rejected connections."""

import json
import math
from collections.abc import Iterator
from contextlib import redirect_stderr
from http import HTTPStatus
from io import StringIO

import pytest
import structlog
from prometheus_client import CollectorRegistry

from fastauth.adapters.prometheus import PrometheusInstrumentation
from fastauth.domain.rate_limits.network import network_of
from fastauth.entrypoints.http.server.byte_limits import (
    MAX_FRAMING_BYTES,
    MAX_PENDING_BYTES,
    MAX_QUEUED_REQUESTS,
    PARSE_BYTES,
    ByteCounter,
    MessagePart,
)
from fastauth.entrypoints.http.server.connections import ConnectionRegistry
from fastauth.entrypoints.http.server.rejections import Reason, RejectedConnections
from fastauth.entrypoints.http.server.request_heads import head_error
from fastauth.entrypoints.observability import logging_config
from fastauth.entrypoints.settings import Mode


class Connection:
    """A connection that records whether it was closed."""

    def __init__(self, connections: ConnectionRegistry, address: str, limit: float = math.inf) -> None:
        self.closed = False
        self._connections, self._network = connections, network_of(address)
        self.is_in = connections.add(self, self._network, limit)

    def evict(self) -> None:
        self.closed = True
        self._connections.remove(self, self._network)

    def mark_busy(self) -> None:
        self._connections.mark_busy(self, self._network)

    def mark_idle(self) -> None:
        self._connections.mark_idle(self, self._network)


class TestConnectionRegistry:
    def test_limit_per_64_bit_prefix(self) -> None:
        connections = ConnectionRegistry()
        made = [Connection(connections, f"2001:db8::{number:x}", limit=3) for number in range(1, 11)]
        other = Connection(connections, "2001:db8:0:1::1", limit=3)
        assert [each.closed for each in made] == [True] * 7 + [False] * 3
        assert (other.is_in, other.closed, len(connections)) == (True, False, 4)

    def test_limit_per_worker(self) -> None:
        connections = ConnectionRegistry(limit=3)
        made = [Connection(connections, f"192.0.2.{number}") for number in range(5)]
        assert [each.closed for each in made] == [True, True, False, False, False]
        assert len(connections) == 3

    def test_evicts_longest_idle_connection(self) -> None:
        connections = ConnectionRegistry()
        first, second, third = (Connection(connections, "192.0.2.1", limit=3) for _ in range(3))
        first.mark_busy()
        second.mark_busy()
        second.mark_idle()
        Connection(connections, "192.0.2.1", limit=3)
        assert [first.closed, second.closed, third.closed] == [False, False, True]

    def test_rejects_if_all_are_busy(self) -> None:
        connections = ConnectionRegistry()
        for _ in range(3):
            Connection(connections, "192.0.2.1", limit=3).mark_busy()
        assert not Connection(connections, "192.0.2.1", limit=3).is_in
        assert Connection(connections, "192.0.2.2", limit=3).is_in
        assert len(connections) == 4


class TestByteCounter:
    def test_limits_queued_requests(self) -> None:
        counter = ByteCounter()
        taken = 0
        while counter.has_room_for(100):
            counter.begin_body(100)
            counter.end_message()
            taken += 1
        assert taken == MAX_QUEUED_REQUESTS + 1
        counter.complete_response()
        assert counter.has_room_for(100)

    def test_limits_pending_bytes(self) -> None:
        counter = ByteCounter()
        assert counter.has_room_for(MAX_PENDING_BYTES)
        counter.begin_body(MAX_PENDING_BYTES // 2)
        assert sum(counter.count_content(PARSE_BYTES) for _ in range(100)) == MAX_PENDING_BYTES // 2 + 1
        counter.end_message()
        assert not counter.has_room_for(1)

    def test_limits_framing(self) -> None:
        counter = ByteCounter()
        counter.begin_body(100)
        for _ in range(MAX_FRAMING_BYTES // PARSE_BYTES + 1):
            assert not counter.framing_is_too_large
            position = counter.position
            counter.count_content(PARSE_BYTES // 2)
            counter.count(PARSE_BYTES + PARSE_BYTES // 2, since=position)
        assert counter.framing_is_too_large

    def test_head_includes_empty_lines_before_it(self) -> None:
        counter = ByteCounter()
        position = counter.position
        counter.count(10, since=position)  # empty lines
        counter.part = MessagePart.HEAD
        counter.count(20, since=position)
        assert counter.head == 30
        counter.begin_body(30)
        counter.end_message()
        counter.count(30, since=(0, MessagePart.HEAD))
        assert counter.head == 0


class TestHeadError:
    @pytest.mark.parametrize(
        ("version", "hosts", "faulty"),
        [
            ("1.1", [b"a"], False),
            ("1.1", [b""], False),
            ("1.1", [b"[2001:db8::1]:443"], False),
            ("1.1", [b"my_service.internal:8000"], False),
            ("1.1", [b"xn--bcher-kva.example"], False),
            ("1.0", [], False),
            ("1.1", [], True),
            ("1.1", [b"a", b"a"], True),
            ("1.0", [b"a", b"a"], True),
            ("1.1", [b"a/b"], True),
            ("1.1", [b"a:b"], True),
            ("1.1", [b"user@a"], True),
            ("1.1", [b"a b"], True),
            ("1.1", [b"\xc3\xa9"], True),
            ("0.9", [b"a"], True),
            ("2.0", [b"a"], True),
        ],
    )
    def test_one_host_and_known_version(self, version: str, hosts: list[bytes], *, faulty: bool) -> None:
        assert bool(head_error(version, [(b"host", host) for host in hosts])) is faulty

    def test_no_transfer_coding_but_chunked(self) -> None:
        """The body would be taken for what it is not: nothing decodes it (RFC 9112, 6.1)."""
        for coding, faulty in (
            (b"chunked", False),
            (b" Chunked\t", False),
            (b"gzip, chunked", True),
            (b"gzip,chunked", True),
            (b"x, chunked", True),
        ):
            head = [(b"host", b"a"), (b"transfer-encoding", coding)]
            assert bool(head_error("1.1", head)) is faulty, coding
        assert head_error("1.1", [(b"host", b"a"), *[(b"transfer-encoding", b"chunked")] * 2])


class TestRejectedConnections:
    @pytest.fixture
    def log(self) -> Iterator[StringIO]:
        with redirect_stderr(StringIO()) as log:
            logging_config.set_up(Mode.PRODUCTION)
            yield log
        structlog.reset_defaults()

    def test_all_are_counted_one_a_second_is_logged(self, log: StringIO) -> None:
        registry, now = CollectorRegistry(), [0.0]
        instrumentation = PrometheusInstrumentation(version="1", workers=1, registry=registry)
        rejected = RejectedConnections((instrumentation,), clock=lambda: now[0])
        for step in range(300):
            now[0] = step / 100
            rejected.record(Reason.MALFORMED, HTTPStatus.BAD_REQUEST, "192.0.2.1")
        rejected.record(Reason.WRITE_TIMEOUT, None, "192.0.2.2")
        lines = [json.loads(line) for line in log.getvalue().splitlines()]
        assert [line["suppressed"] for line in lines] == [0, 99, 99]
        assert {(line["event"], line["address"], line["status"]) for line in lines} == {
            ("connection_rejected", "192.0.2.1", 400)
        }
        labels = {"method": "-", "route": "-", "status": "400"}
        assert registry.get_sample_value("fastauth_requests_total", labels) == 300
        for reason, number in (("malformed", 300), ("write_timeout", 1)):
            refused = registry.get_sample_value("fastauth_connections_rejected_total", {"reason": reason})
            assert refused == number

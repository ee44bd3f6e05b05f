"""What stands behind the protocol: bounds of connections and of bytes, and the record of refusals."""

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
    MOST_DUE_BYTES,
    MOST_FRAMING_BYTES,
    MOST_QUEUED,
    PIECE,
    Meter,
    Part,
)
from fastauth.entrypoints.http.server.connections import Connections
from fastauth.entrypoints.http.server.rejections import Reason, Refusals
from fastauth.entrypoints.http.server.request_heads import fault_of
from fastauth.entrypoints.observability import logging_config
from fastauth.entrypoints.settings import Mode


class Connection:
    """A connection that knows whether it was closed."""

    def __init__(self, connections: Connections, address: str, most: float = math.inf) -> None:
        self.closed = False
        self._connections, self._network = connections, network_of(address)
        self.is_in = connections.opened(self, self._network, most)

    def make_room(self) -> None:
        self.closed = True
        self._connections.closed(self, self._network)

    def works(self) -> None:
        self._connections.works(self, self._network)

    def waits(self) -> None:
        self._connections.waits(self, self._network)


class TestConnections:
    def test_of_a_network_are_bounded_by_its_64_bits(self) -> None:
        connections = Connections()
        made = [Connection(connections, f"2001:db8::{number:x}", most=3) for number in range(1, 11)]
        other = Connection(connections, "2001:db8:0:1::1", most=3)
        assert [each.closed for each in made] == [True] * 7 + [False] * 3
        assert (other.is_in, other.closed, len(connections)) == (True, False, 4)

    def test_of_a_worker_are_bounded_too(self) -> None:
        connections = Connections(most=3)
        made = [Connection(connections, f"192.0.2.{number}") for number in range(5)]
        assert [each.closed for each in made] == [True, True, False, False, False]
        assert len(connections) == 3

    def test_lose_the_one_that_has_waited_longest(self) -> None:
        connections = Connections()
        first, second, third = (Connection(connections, "192.0.2.1", most=3) for _ in range(3))
        first.works()
        second.works()
        second.waits()
        Connection(connections, "192.0.2.1", most=3)
        assert [first.closed, second.closed, third.closed] == [False, False, True]

    def test_are_refused_where_none_waits(self) -> None:
        connections = Connections()
        for _ in range(3):
            Connection(connections, "192.0.2.1", most=3).works()
        assert not Connection(connections, "192.0.2.1", most=3).is_in
        assert Connection(connections, "192.0.2.2", most=3).is_in
        assert len(connections) == 4


class TestMeter:
    def test_has_room_for_a_few_requests(self) -> None:
        meter = Meter()
        taken = 0
        while meter.has_room_for(100):
            meter.begin_body(100)
            meter.end_message()
            taken += 1
        assert taken == MOST_QUEUED + 1
        meter.answered()
        assert meter.has_room_for(100)

    def test_has_no_room_for_many_bytes(self) -> None:
        meter = Meter()
        assert meter.has_room_for(MOST_DUE_BYTES)
        meter.begin_body(MOST_DUE_BYTES // 2)
        assert sum(meter.take_content(PIECE) for _ in range(100)) == MOST_DUE_BYTES // 2 + 1
        meter.end_message()
        assert not meter.has_room_for(1)

    def test_counts_what_is_not_content(self) -> None:
        meter = Meter()
        meter.begin_body(100)
        for _ in range(MOST_FRAMING_BYTES // PIECE + 1):
            assert not meter.framing_is_too_large
            place = meter.place
            meter.take_content(PIECE // 2)
            meter.take(PIECE + PIECE // 2, since=place)
        assert meter.framing_is_too_large

    def test_counts_a_head_from_its_beginning(self) -> None:
        meter = Meter()
        place = meter.place
        meter.take(10, since=place)  # empty lines
        meter.part = Part.HEAD
        meter.take(20, since=place)
        assert meter.head == 30
        meter.begin_body(30)
        meter.end_message()
        meter.take(30, since=(0, Part.HEAD))
        assert meter.head == 0


class TestHead:
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
    def test_has_one_host_and_a_known_version(
        self, version: str, hosts: list[bytes], *, faulty: bool
    ) -> None:
        assert bool(fault_of(version, [(b"host", host) for host in hosts])) is faulty


class TestRefusals:
    @pytest.fixture
    def log(self) -> Iterator[StringIO]:
        with redirect_stderr(StringIO()) as log:
            logging_config.set_up(Mode.PRODUCTION)
            yield log
        structlog.reset_defaults()

    def test_are_all_counted_and_logged_once_a_second(self, log: StringIO) -> None:
        registry, now = CollectorRegistry(), [0.0]
        instrumentation = PrometheusInstrumentation(version="1", workers=1, registry=registry)
        refusals = Refusals((instrumentation,), clock=lambda: now[0])
        for step in range(300):
            now[0] = step / 100
            refusals.note(Reason.MALFORMED, HTTPStatus.BAD_REQUEST, "192.0.2.1")
        refusals.note(Reason.NOT_READ, None, "192.0.2.2")
        lines = [json.loads(line) for line in log.getvalue().splitlines()]
        assert [line["others"] for line in lines] == [0, 99, 99]
        assert {(line["event"], line["address"], line["status"]) for line in lines} == {
            ("refused", "192.0.2.1", 400)
        }
        labels = {"method": "-", "route": "-", "status": "400"}
        assert registry.get_sample_value("fastauth_requests_total", labels) == 300
        for reason, number in (("malformed", 300), ("not_read", 1)):
            refused = registry.get_sample_value("fastauth_connections_refused_total", {"reason": reason})
            assert refused == number

"""Metrics, as a scrape shows them. No label has a value that a client can choose."""

import asyncio
import json
import os
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from prometheus_client import CollectorRegistry, generate_latest, make_wsgi_app
from prometheus_client.mmap_dict import MmapedDict, mmap_key
from tests.builders import a_registration
from tests.fakes import FakeClock

from fastauth.adapters.passwords import HashingPool
from fastauth.adapters.prometheus import PrometheusInstrumentation
from fastauth.adapters.prometheus.bounded_server import MAX_CONNECTIONS, BoundedServer
from fastauth.adapters.prometheus.multiprocess_metrics import MultiProcessMetrics
from fastauth.application.second_factors.verifier import FactorAnswer
from fastauth.application.second_factors.verify_factor import VerifyFactor
from fastauth.domain.accounts.user import UserId
from fastauth.domain.outbox.delivery import Delivery, DeliveryRound, Unfinished
from fastauth.domain.outbox.message import Backlog, OutboxKind, OutboxOutcome
from fastauth.domain.second_factors.errors import InvalidSecondFactor
from fastauth.domain.second_factors.method import SecondFactorMethod
from fastauth.entrypoints.observability.instrumentation import Instrumentations

ROOT = Path(__file__).parents[3]
CANARY = "canary-5f2e"
A_DEAD_PROCESS = 2**22 + 1
"""Linux gives out no higher number than 2^22."""


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def instrumentation(registry: CollectorRegistry) -> PrometheusInstrumentation:
    return PrometheusInstrumentation(version="1.2.3", workers=2, registry=registry)


@pytest.fixture
def instrumentations(instrumentation: PrometheusInstrumentation) -> Instrumentations:
    return (instrumentation,)


class TestRequestMetrics:
    async def test_have_the_labels_method_route_and_status(
        self, registry: CollectorRegistry, client: httpx2.AsyncClient
    ) -> None:
        for _ in range(2):
            await client.get(f"/ping?q={CANARY}")
        labels = {"method": "GET", "route": "/ping"}
        assert registry.get_sample_value("fastauth_requests_total", {**labels, "status": "200"}) == 2
        assert registry.get_sample_value("fastauth_request_duration_seconds_count", labels) == 2

    async def test_unknown_paths_share_one_label(
        self, registry: CollectorRegistry, client: httpx2.AsyncClient
    ) -> None:
        for number in range(3):
            await client.get(f"/{CANARY}/{number}", headers={"X-Request-Id": CANARY, "Host": CANARY})
        labels = {"method": "GET", "route": "-", "status": "404"}
        assert registry.get_sample_value("fastauth_requests_total", labels) == 3
        assert CANARY not in generate_latest(registry).decode()


class TestUseCaseErrors:
    async def test_counted_by_code(self, registry: CollectorRegistry, client: httpx2.AsyncClient) -> None:
        for body in (a_registration(username=""), {"username": CANARY, "password": CANARY}):
            await client.post("/users/register" if "fullname" in body else "/sessions", json=body)
        for use_case, code in (("RegisterUser", "invalid_input"), ("LogIn", "invalid_credentials")):
            labels = {"use_case": use_case, "code": code}
            assert registry.get_sample_value("fastauth_use_case_errors_total", labels) == 1
        assert CANARY not in generate_latest(registry).decode()


class TestTokenRefreshes:
    async def test_are_counted_by_outcome(
        self,
        registry: CollectorRegistry,
        client: httpx2.AsyncClient,
        clock: FakeClock,
    ) -> None:
        async def refresh(token: str) -> str:
            answer = await client.post("/sessions/refresh", json={"refresh_token": token})
            return str(answer.json().get("refresh_token"))

        def outcomes() -> dict[str, float]:
            return {
                sample.labels["outcome"]: sample.value
                for metric in registry.collect()
                for sample in metric.samples
                if sample.name == "fastauth_token_refreshes_total"
            }

        registration = a_registration()
        await client.post("/users/register", json=registration)
        first = (await client.post("/sessions", json=registration)).json()["refresh_token"]
        second = await refresh(first)
        assert outcomes() == {"rotated": 1}
        assert await refresh(first) == second
        assert outcomes() == {"rotated": 1, "replayed": 1}
        clock.advance(timedelta(minutes=10))
        await refresh(first)
        assert outcomes() == {"rotated": 1, "replayed": 1, "reused": 1}
        await refresh(second)
        await refresh("made up")
        assert outcomes() == {"rotated": 1, "replayed": 1, "reused": 1, "invalid": 2}


class TestHashMetrics:
    @pytest.fixture
    def pool(self, instrumentation: PrometheusInstrumentation) -> Iterator[HashingPool]:
        pool = HashingPool(threads=1, observers=[instrumentation.hashing])
        yield pool
        pool.close()

    async def test_pending_and_durations(self, registry: CollectorRegistry, pool: HashingPool) -> None:
        def pending() -> float | None:
            return registry.get_sample_value("fastauth_hashes_pending")

        release = threading.Event()
        waiting = [asyncio.create_task(pool.run(release.wait)) for _ in range(3)]
        await asyncio.sleep(0)
        assert pending() == 3
        release.set()
        await asyncio.gather(*waiting)
        assert pending() == 0
        for metric in ("wait", "duration"):
            assert registry.get_sample_value(f"fastauth_hash_{metric}_seconds_count") == 3


async def nothing_waits() -> Backlog:
    return Backlog(0, timedelta(0))


class TestSecondFactors:
    async def test_outcomes_are_counted_by_method(
        self, registry: CollectorRegistry, instrumentation: PrometheusInstrumentation
    ) -> None:
        async def verify(user_id: UserId, answer: FactorAnswer, *, now: datetime) -> None:
            if answer.code != "right":
                raise InvalidSecondFactor

        verify_factor = instrumentation.use_case(VerifyFactor.__name__, verify)
        for method in (SecondFactorMethod.TOTP, SecondFactorMethod.RECOVERY_CODE):
            for code in ("right", "wrong", "wrong"):
                with suppress(InvalidSecondFactor):
                    answer = FactorAnswer(method=method, code=code)
                    await verify_factor(UserId(1), answer, now=datetime.now(UTC))
        counted = {
            (sample.labels["method"], sample.labels["outcome"]): sample.value
            for metric in registry.collect()
            for sample in metric.samples
            if sample.name == "fastauth_second_factors_total"
        }
        assert counted == {
            ("totp", "accepted"): 1,
            ("totp", "refused"): 2,
            ("recovery_code", "accepted"): 1,
            ("recovery_code", "refused"): 2,
        }


class TestOutbox:
    async def test_backlog_is_measured(
        self, registry: CollectorRegistry, instrumentation: PrometheusInstrumentation
    ) -> None:
        async def no_session() -> int:
            return 0

        async def backlog() -> Backlog:
            return Backlog(3, timedelta(minutes=1.5))

        await instrumentation.collect(no_session, backlog)
        assert registry.get_sample_value("fastauth_outbox_waiting") == 3
        assert registry.get_sample_value("fastauth_outbox_oldest_seconds") == 90

    async def test_outcomes_are_counted_by_kind(
        self, registry: CollectorRegistry, instrumentation: PrometheusInstrumentation
    ) -> None:
        async def deliver() -> DeliveryRound:
            results = (OutboxOutcome.SENT, OutboxOutcome.REFUSED, Unfinished.RETRIED)
            return DeliveryRound(
                deliveries=tuple(Delivery(kind=OutboxKind.MAIL, result=each) for each in results),
                is_full=False,
            )

        instrumented = instrumentation.use_case("DeliverOutbox", deliver)
        for _ in range(2):
            await instrumented()
        counted = {
            (sample.labels["kind"], sample.labels["outcome"]): sample.value
            for metric in registry.collect()
            for sample in metric.samples
            if sample.name == "fastauth_outbox_outcomes_total"
        }
        assert counted == {("mail", "sent"): 2, ("mail", "refused"): 2}


class TestActiveSessions:
    async def test_slow_count_runs_rarely(
        self, registry: CollectorRegistry, instrumentation: PrometheusInstrumentation
    ) -> None:
        """Counting takes at most a hundredth of the time, over all workers."""
        counted = 0

        async def count() -> int:
            nonlocal counted
            counted += 1
            await asyncio.sleep(0.05)
            return 41 + counted

        for _ in range(3):
            await instrumentation.collect(count, nothing_waits)
        assert counted == 1  # a hundred times as long for each of two workers to wait: ten seconds
        assert registry.get_sample_value("fastauth_active_sessions") == 42


class TestMultiProcessMetrics:
    def test_merges_dead_workers(self, tmp_path: Path) -> None:
        """Counters of ended processes stay in the sum; their gauges and files go."""

        def wrote(kind: str, process: int, name: str, value: float) -> None:
            file = MmapedDict(str(tmp_path / f"{kind}_{process}.db"))
            file.write_value(mmap_key(name, name, [], [], ""), value, 0.0)
            file.close()

        registry = CollectorRegistry()
        MultiProcessMetrics(registry, str(tmp_path))
        wrote("counter", os.getpid(), "done_total", 1)
        for process in (A_DEAD_PROCESS, A_DEAD_PROCESS + 1):
            wrote("counter", process, "done_total", 10)
            wrote("gauge_livesum", process, "busy", 5)
        wrote("gauge_livesum", os.getpid(), "busy", 2)
        for _ in range(2):
            assert registry.get_sample_value("done_total") == 21
            assert registry.get_sample_value("busy") == 2
        assert {file.name for file in tmp_path.iterdir()} == {
            "counter_0.db",
            f"counter_{os.getpid()}.db",
            f"gauge_livesum_{os.getpid()}.db",
        }


class TestBoundedServer:
    """Connections of the metrics that never end: CWE-770. A server that names itself: CWE-200."""

    @pytest.fixture
    def server(
        self, registry: CollectorRegistry, instrumentation: PrometheusInstrumentation
    ) -> Iterator[BoundedServer]:
        server = BoundedServer(make_wsgi_app(registry), "127.0.0.1", 0, seconds=0.5)
        yield server
        server.close()

    def test_serves_metrics_without_server_header(self, server: BoundedServer) -> None:
        answer = httpx2.get(f"http://127.0.0.1:{server.port}/metrics", headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200
        assert "fastauth_build_info" in answer.text
        assert answer.headers["content-type"].startswith("text/plain")
        assert "server" not in answer.headers
        assert httpx2.post(f"http://127.0.0.1:{server.port}/metrics").status_code == 405

    @pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\n", b"G"])
    def test_closes_idle_connections(self, server: BoundedServer, sent: bytes) -> None:
        with socket.create_connection(("127.0.0.1", server.port), 30) as line:
            line.sendall(sent)
            assert line.recv(1) == b""

    @pytest.mark.parametrize("sent", [b"hello\r\n\r\n", b"\xff / HTTP/1.1\r\n\r\n"])
    def test_rejects_malformed_requests(self, server: BoundedServer, sent: bytes) -> None:
        with socket.create_connection(("127.0.0.1", server.port), 30) as line:
            line.sendall(sent)
            assert line.recv(100).startswith(b"HTTP/1.1 400 ")

    def test_limits_connections(self, server: BoundedServer) -> None:
        before = threading.active_count()
        with ExitStack() as stack:
            lines = [
                stack.enter_context(socket.create_connection(("127.0.0.1", server.port), 30))
                for _ in range(MAX_CONNECTIONS + 1)
            ]
            assert lines[-1].recv(1) == b""
            assert threading.active_count() == before
            lines[0].sendall(b"GET /metrics HTTP/1.1\r\n\r\n")
            assert lines[0].recv(100).startswith(b"HTTP/1.1 200 ")


class TestDashboard:
    def test_uses_existing_metrics(
        self, registry: CollectorRegistry, instrumentations: Instrumentations
    ) -> None:
        assert instrumentations
        dashboard = json.loads((ROOT / "deploy/grafana/fastauth.json").read_text())
        expressions = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", ())]
        named = {name for each in expressions for name in re.findall(r"\bfastauth_\w+", each)}
        suffixes = {"counter": ["_total"], "histogram": ["_bucket", "_count", "_sum"]}
        there = {
            metric.name + suffix
            for metric in registry.collect()
            for suffix in suffixes.get(metric.type, [""])
        }
        assert named <= there
        families = {metric.name for metric in registry.collect()}
        assert {family for family in families if any(name.startswith(family) for name in named)} == families

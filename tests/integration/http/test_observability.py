"""Logs, metrics and traces of a running service: they show what it does, and no values of requests."""

import json
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from secrets import token_urlsafe
from threading import Thread

import httpx2
import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from tests.fakes import FakePasswordHasher
from tests.harness.commands import execute
from tests.harness.databases import connect
from tests.harness.postgres import free_port
from tests.harness.processes import wait_until
from tests.harness.service import DEADLINE, NO_TLS, START_DEADLINE, Service, bearer

from fastauth.adapters.opentelemetry import OpenTelemetryInstrumentation
from fastauth.adapters.sql import CountActiveSessions
from fastauth.adapters.system_clock import SystemClock
from fastauth.domain.passwords.password import Password, PasswordHash
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.app import create_app
from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.startup import shut_down, start_up

CANARY = "canary5f2e"
TRACE = "0af7651916cd43dd8448eb211c80319c"
CANARY_USER = {"username": f"{CANARY}-name", "password": f"{CANARY}-Pa55", "fullname": f"{CANARY} Kumar"}
HEADERS = {
    "User-Agent": f"{CANARY}-agent",
    "Referer": f"https://{CANARY}.example/",
    "Cookie": f"id={CANARY}",
    "X-Forwarded-For": f"203.0.113.77, {CANARY}",
    "X-Request-Id": f"{CANARY} and more",
    "traceparent": f"00-{TRACE}-b7ad6b7169203331-01",
    "tracestate": f"{CANARY}=1",
    "baggage": f"{CANARY}=1",
}
FORGERIES = [
    b"GET /%b?%b HTTP/1.1\r\nHost: x\r\nX-%b: \x1b[2J\r\n\r\n" % ((CANARY.encode(),) * 3),
    b'GET /%%0d%%0a{"event":"%b"} HTTP/1.1\r\nHost: x\r\n\r\n' % CANARY.encode(),
    b"%b\x1b[2J /\r\n\r\n" % CANARY.encode(),
    b"GET / HTTP/1.1\r\nHost: %b\rforged\x07\r\n\r\n" % CANARY.encode(),
    b'POST /sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n"%b'
    % CANARY.encode()[:8],
]
PRODUCTION = {
    "FASTAUTH_MODE": "production",
    "FASTAUTH_SECRET_KEY": token_urlsafe(32),
    "FASTAUTH_ISSUER": "https://auth.example",
    "FASTAUTH_ARGON2_MEMORY_KIB": "19456",
    "FASTAUTH_ARGON2_TIME_COST": "2",
}


def visit(client: httpx2.Client) -> list[int]:
    """Send requests to every route, with a canary wherever one fits; return the statuses."""
    query = {"q": CANARY, "access_token": CANARY}
    client.headers.update(HEADERS)
    answers = [client.post("/users/register", json=CANARY_USER, params=query)]
    answers.append(client.post("/users/register", json=CANARY_USER))
    answers.append(client.post("/users/register", json={**CANARY_USER, "username": f"{CANARY}\r\n\x1b[2J"}))
    answers.append(client.post("/users/register", content=f'{{"username": "{CANARY}'.encode()))
    answers.append(client.post("/sessions", json={**CANARY_USER, "device_token": CANARY}))
    tokens = answers[-1].json()
    answers.append(client.get("/users/me", headers=bearer(tokens), params=query))
    answers.append(client.get("/users/me", headers={"Authorization": f"Bearer {CANARY}"}))
    answers.append(client.post("/sessions/refresh", json={"refresh_token": CANARY}))
    answers.append(client.post("/sessions/refresh", json={"refresh_token": tokens["refresh_token"]}))
    form = {"grant_type": "client_credentials", "client_id": CANARY, "client_secret": CANARY, "scope": CANARY}
    answers.append(client.post("/oauth/token", data=form))
    answers.append(client.post("/oauth/token", data={"grant_type": CANARY}, auth=(CANARY, CANARY)))
    answers.append(client.get("/v1/revocations", headers={"Authorization": f"Bearer fa_cs_{CANARY}"}))
    answers.append(client.post("/api-keys/token", headers={"Authorization": f"Bearer fa_key_{CANARY}"}))
    answers.append(client.post("/oauth/revoke", data={"client_id": "fastauth", "token": f"fa_key_{CANARY}"}))
    answers.append(client.post("/oauth/introspect", data={"token": CANARY}, auth=(CANARY, CANARY)))
    answers.append(client.delete(f"/sessions/{CANARY}", headers=bearer(tokens)))
    answers.append(client.get(f"/{CANARY}/%0d%0a%1b"))
    answers.append(client.post("/sessions", json={**CANARY_USER, "password": f"{CANARY}-wrong"}))
    return [answer.status_code for answer in answers]


@contextmanager
def collector() -> Iterator[tuple[str, list[bytes]]]:
    """Take whatever is exported by OTLP; yield the address, and what has come so far."""
    came: list[bytes] = []

    class Take(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            came.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Take) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", came
        server.shutdown()


def wait_for(condition: Callable[[], object], what: str) -> None:
    wait_until(lambda: bool(condition()), f"there is not {what}", deadline=START_DEADLINE)


class TestOutput:
    @pytest.mark.parametrize("settings", [{}, PRODUCTION], ids=["development", "production"])
    def test_contains_no_input(self, tmp_path: Path, settings: dict[str, str]) -> None:
        """R44: secrets in a log, a trail or a report of errors.

        CVE-2020-15105 (django-two-factor-auth), CVE-2021-21416 (django-registration), CVE-2024-8365,
        CVE-2025-62513, CVE-2025-62705 (Vault, OpenBao); CWE-532.
        """
        metrics_port = str(free_port())
        service = Service(f"sqlite:///{tmp_path}/a.db", FASTAUTH_METRICS_PORT=metrics_port, **settings)
        service.run("migrate")
        with service:
            with service.client() as client:
                assert visit(client) == [
                    *(201, 409, 422, 422, 201, 200, 401, 401, 200),
                    *(401, 400, 401, 401, 200, 401),  # what is sent to the routes of clients
                    *(404, 404, 401),
                ]
            for forgery in FORGERIES:
                with socket.create_connection(("127.0.0.1", service.port), DEADLINE) as line:
                    line.sendall(forgery)
                    line.shutdown(socket.SHUT_WR)
                    while line.recv(4096):
                        pass
            metrics = httpx2.get(f"http://127.0.0.1:{metrics_port}/metrics", verify=NO_TLS).text
            service.stop()
            log = service.log
        assert CANARY not in metrics
        assert 'status="201"' in metrics
        assert CANARY not in log
        assert log.replace("\n", "").isprintable()
        assert ("FASTAUTH_TRUSTED_PROXIES is empty" in log) == bool(settings)
        lines = [line for line in log.splitlines() if "request_id" in line]
        assert len(lines) >= 12
        if settings:
            events = [json.loads(line) for line in log.splitlines()]
            assert {"error", "critical"}.isdisjoint(event["level"] for event in events)
        stored = b"".join(file.read_bytes() for file in tmp_path.glob("a.db*"))
        assert CANARY_USER["username"].encode() in stored
        assert CANARY_USER["password"].encode() not in stored

    @pytest.mark.parametrize("tracing", ["otlp", "off"])
    def test_contains_no_input_with_tracing(self, tmp_path: Path, tracing: str) -> None:
        """FastAPI would export by itself, paths and refused bodies included, if variables are set."""
        with collector() as (endpoint, came):
            environment = {
                "FASTAUTH_TRACING": tracing,
                "FASTAPI_OTEL_AUTO_CONFIGURE": "true",
                "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint,
            }
            with Service(f"sqlite:///{tmp_path}/a.db", **environment) as service:
                with service.client() as client:
                    visit(client)
                service.stop()  # it exports what it has not exported yet
                assert CANARY not in service.log
        assert CANARY.encode() not in b"".join(came)
        assert (b"RegisterUser" in b"".join(came)) is (tracing == "otlp")


class TestMetrics:
    def test_not_imported_unless_configured(self, tmp_path: Path) -> None:
        """Nor are the libraries of mails and pages, before the first of them."""
        code = (
            "import sys; from fastauth.entrypoints.http.app import create_app;"
            "container = create_app().state.container;"
            "container.message_renderer(), container.mail_transport(), container.mail_inbox();"
            "unused = {'prometheus_client', 'opentelemetry.sdk', 'aiosmtplib', 'babel', 'jinja2', 'mailbox',"
            "'alembic', 'psycopg', 'pyotp', 'segno', 'webauthn'};"
            "sys.exit(bool(unused & set(sys.modules)))"
        )
        assert subprocess.run([sys.executable, "-c", code], check=False, cwd=tmp_path).returncode == 0


class Broken(FakePasswordHasher):
    async def hash(self, password: Password) -> PasswordHash:
        raise ValueError(password.text)


class TestTraces:
    @pytest.fixture
    def spans(self) -> InMemorySpanExporter:
        return InMemorySpanExporter()

    @pytest.fixture
    async def container(self, spans: InMemorySpanExporter, database_url: str) -> AsyncIterator[Container]:
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(spans))
        settings = Settings(database_url=make_url(database_url), argon2_memory_kib=64, argon2_time_cost=1)
        container = Container(settings=settings, instrumentations=(OpenTelemetryInstrumentation(provider),))
        await start_up(container)
        yield container
        await shut_down(container)

    async def test_spans_of_request_use_case_and_statement(
        self, spans: InMemorySpanExporter, container: Container
    ) -> None:
        transport = httpx2.ASGITransport(create_app(container))
        async with httpx2.AsyncClient(transport=transport, base_url="http://x") as client:
            await client.post("/users/register", json=CANARY_USER, headers=HEADERS, params={"q": CANARY})
        request = next(span for span in spans.get_finished_spans() if span.name == "POST /users/register")
        assert request.attributes == {
            "http.request.method": "POST",
            "http.response.status_code": 201,
            "http.route": "/users/register",
        }
        assert request.parent
        assert f"{request.context.trace_id:032x}" == TRACE
        (use_case,) = children(spans, request)
        assert use_case.name == "RegisterUser"
        names = [span.name for span in children(spans, use_case)]
        assert names[:2] == ["SELECT", "hash"]
        assert names[2:] in (["WITH"], ["BEGIN", "INSERT", "INSERT"])  # with its event
        (statement, *_) = children(spans, use_case)
        assert statement.attributes
        assert "FROM user_info" in str(statement.attributes["db.query.text"])

    async def test_contain_no_input(self, spans: InMemorySpanExporter, container: Container) -> None:
        transport = httpx2.ASGITransport(create_app(container))
        async with httpx2.AsyncClient(transport=transport, base_url="http://x", headers=HEADERS) as client:
            for _ in range(2):
                await client.post("/users/register", json=CANARY_USER)
            tokens = (await client.post("/sessions", json=CANARY_USER)).json()
            await client.get(f"/users/me?{CANARY}", headers=bearer(tokens))
            await client.delete(f"/sessions/{CANARY}", headers=bearer(tokens))
            await client.post("/sessions", json={**CANARY_USER, "password": CANARY})
        exported = "".join(str(span.to_json()) for span in spans.get_finished_spans())
        assert "username_taken" in exported
        assert "invalid_credentials" in exported
        for secret in (CANARY, "203.0.113", tokens["access_token"], tokens["refresh_token"], "$argon2id$"):
            assert secret not in exported

    async def test_exception_type_without_message(self, spans: InMemorySpanExporter) -> None:
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(spans))
        act = OpenTelemetryInstrumentation(provider).use_case("Act", Broken().hash)
        with pytest.raises(ValueError, match=CANARY):
            await act(password=Password.parse(CANARY))
        (span,) = spans.get_finished_spans()
        assert (span.name, span.attributes, span.events) == ("Act", {"error.type": "ValueError"}, ())

    async def test_database_error_type(self, spans: InMemorySpanExporter, container: Container) -> None:
        create_app(container)
        async with container.database().engine.connect() as connection:
            with pytest.raises(DBAPIError):
                await connection.execute(text("SELECT :value FROM nowhere"), {"value": CANARY})
        (span,) = (each for each in spans.get_finished_spans() if "nowhere" in str(each.to_json()))
        assert span.attributes
        assert "error.type" in span.attributes
        assert CANARY not in str(span.to_json())


def children(spans: InMemorySpanExporter, parent: ReadableSpan) -> list[ReadableSpan]:
    """Return the spans right below `parent`, in the order of their beginning."""
    below = [
        span
        for span in spans.get_finished_spans()
        if span.parent and parent.context and span.parent.span_id == parent.context.span_id
    ]
    return sorted(below, key=lambda span: span.start_time or 0)


ANN = (
    "INSERT INTO user_info (id, username, username_key, password, fullname) VALUES (1, 'ann', 'ann', '!', '')"
)
MANY_SESSIONS = """
INSERT INTO session (id, user_id, user_agent, address, created_at, last_used_at, expires_at, refresh_digest,
  refresh_expires_at, ended_at)
SELECT number, 1, repeat('x', 200), '', now(), now(), now(), '', now() + interval '7 days',
  CASE WHEN number % 4 = 0 THEN now() END
FROM generate_series(1, 20000) AS number
"""


class TestActiveSessions:
    async def test_counts_active_sessions(self, database_url: str) -> None:
        settings = Settings(database_url=make_url(database_url), argon2_memory_kib=64, argon2_time_cost=1)
        container = Container(settings=settings)
        await start_up(container)
        try:
            async with httpx2.AsyncClient(
                transport=httpx2.ASGITransport(create_app(container)), base_url="http://x"
            ) as client:
                await client.post("/users/register", json=CANARY_USER)
                assert await container.active_sessions()() == 0
                for _ in range(3):
                    tokens = (await client.post("/sessions", json=CANARY_USER)).json()
                assert await container.active_sessions()() == 3
                await client.delete("/sessions/current", headers=bearer(tokens))
                assert await container.active_sessions()() == 2
        finally:
            await shut_down(container)

    async def test_samples_a_large_table(self, postgres_url: str) -> None:
        """Which pages are in the sample depends on nothing but their number: no chance is involved."""
        database = connect(postgres_url)
        try:
            execute(postgres_url, ANN)
            execute(postgres_url, MANY_SESSIONS)
            counted = {
                pages: await CountActiveSessions(
                    connections=database.unpooled, clock=SystemClock(), sampled_pages=pages
                )()
                for pages in (100_000, 300)
            }
        finally:
            await database.close()
        assert counted[100_000] == 15_000
        assert counted[300] != 15_000
        assert counted[300] == pytest.approx(15_000, rel=0.2)

"""The log: a line for each request, in a format that input cannot break."""

import json
import logging
from io import StringIO

import httpx2
import pytest
import structlog
from tests.application import fakes_over
from tests.builders import a_registration
from tests.container_pool import a_container
from tests.fakes import FakePasswordHasher, FakeStorage

from fastauth.domain.passwords.password import Password, PasswordHash
from fastauth.entrypoints.http.app import create_app
from fastauth.entrypoints.settings import Mode, Settings

CANARY = "canary-5f2e"
SESSION = "5f2e5f2e-5f2e-45f2-85f2-5f2e5f2e5f2e"
FORGERY = f'{CANARY}\r\n{{"event": "forged"}}\n\x1b[2J\x07\x85\u2028'


def lines_of(log: StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


class TestRequestLog:
    async def test_contains_route_template_and_no_input(
        self, log: StringIO, client: httpx2.AsyncClient
    ) -> None:
        await client.delete(
            f"/sessions/{SESSION}?q={CANARY}", headers={"X-Canary": CANARY, "X-Request-Id": "r-1"}
        )
        (line,) = lines_of(log)
        assert SESSION not in log.getvalue()
        assert isinstance(line.pop("duration_ms"), float)
        assert str(line.pop("timestamp")).endswith("Z")
        assert line == {
            "event": "request",
            "level": "info",
            "request_id": "r-1",
            "method": "DELETE",
            "route": "/sessions/{session_id}",
            "status": 401,
            "address": "127.0.0.1",
        }

    async def test_failed_request_has_user_and_address(
        self, log: StringIO, client: httpx2.AsyncClient
    ) -> None:
        ann = a_registration()
        await client.post("/users/register", json=ann)
        tokens = (await client.post("/sessions", json=ann)).json()
        bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
        wrong = {"current_password": CANARY, "new_password": "another"}
        await client.put("/users/me/password", json=wrong, headers=bearer)
        await client.delete(f"/sessions/{SESSION}", headers=bearer)
        await client.post("/sessions", json=ann | {"password": CANARY})
        await client.get("/users/me", headers=bearer)
        logged = [(line["status"], line.get("user"), line.get("address")) for line in lines_of(log)]
        assert logged == [
            (201, None, None),
            (201, None, None),
            (403, 1, "127.0.0.1"),
            (404, 1, "127.0.0.1"),
            (401, None, "127.0.0.1"),
            (200, None, None),
        ]

    async def test_no_address_without_retention(self, log: StringIO, settings: Settings) -> None:
        none = a_container(settings=settings.model_copy(update={"audit_address_retention_days": 0}))
        transport = httpx2.ASGITransport(create_app(none))
        async with httpx2.AsyncClient(transport=transport, base_url="http://fastauth") as client:
            await client.get("/nowhere")
        (line,) = lines_of(log)
        assert (line["status"], "address" in line) == (404, False)

    async def test_unknown_path_has_no_route(self, log: StringIO, client: httpx2.AsyncClient) -> None:
        await client.get(f"/{CANARY}")
        (line,) = lines_of(log)
        assert (line["route"], line["status"]) == ("-", 404)
        assert CANARY not in log.getvalue()

    @pytest.mark.parametrize("mode", [Mode.DEVELOPMENT])
    async def test_development_format(self, log: StringIO, client: httpx2.AsyncClient) -> None:
        await client.get("/ping")
        (line,) = log.getvalue().splitlines()
        assert "method=GET route=/ping status=200" in line


class TestLogLines:
    async def test_request_id(self, settings: Settings, log: StringIO) -> None:
        class Talkative(FakePasswordHasher):
            async def hash(self, password: Password) -> PasswordHash:
                logging.getLogger("library").warning("hashing")
                return await super().hash(password)

        app = create_app(a_container(settings=settings, **fakes_over(FakeStorage(), Talkative())))
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://x") as client:
            response = await client.post("/users/register", json=a_registration())
        assert [(line["event"], line["request_id"]) for line in lines_of(log)] == [
            ("hashing", response.headers["x-request-id"]),
            ("request", response.headers["x-request-id"]),
        ]

    @pytest.mark.parametrize("mode", Mode)
    def test_control_characters_are_escaped(self, log: StringIO) -> None:
        """R4 (CVE-2020-7694 (uvicorn); CWE-117, CWE-150): escape sequences and line ends in the log."""
        logging.getLogger("library").warning("they sent %s", FORGERY, extra={"sent": FORGERY})
        (line,) = log.getvalue().splitlines()
        assert line.isprintable()
        assert "forged" in line

    def test_logger_and_level(self, log: StringIO) -> None:
        logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
        (line,) = lines_of(log)
        assert (line["logger"], line["level"]) == ("uvicorn.error", "warning")

    @pytest.mark.parametrize("mode", Mode)
    def test_exception_without_message(self, log: StringIO) -> None:
        try:
            try:
                int(CANARY)
            except ValueError as error:
                raise KeyError(CANARY) from error
        except KeyError:
            logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
        assert "KeyError" in log.getvalue()
        assert "caused by ValueError" in log.getvalue()
        assert __file__ in log.getvalue()
        assert f"'{CANARY}'" not in log.getvalue()


class TestOtherServer:
    async def test_unhandled_exception_discloses_nothing(
        self, settings: Settings, capfd: pytest.CaptureFixture[str]
    ) -> None:
        """The application under a server that has not configured logging."""

        class Broken(FakePasswordHasher):
            async def hash(self, password: Password) -> PasswordHash:
                raise ValueError(password.text)

        structlog.reset_defaults()  # nothing has been set up
        app = create_app(a_container(settings=settings, **fakes_over(FakeStorage(), Broken())))
        transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://x") as client:
            answer = await client.post("/users/register", json=a_registration(password=CANARY))
        structlog.reset_defaults()
        shown = capfd.readouterr()
        assert answer.status_code == 500
        assert "ValueError" in shown.err
        assert CANARY not in shown.out + shown.err

"""The whole API over fakes."""

import json
import re
from collections.abc import AsyncIterator
from io import StringIO
from typing import ClassVar
from urllib.parse import urljoin

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.attacks.malformed_requests import ACCEPTABLE, BODIES, CANARY, NAUGHTY_STRINGS, TOO_LARGE
from tests.builders import a_registration
from tests.fakes import FakeClock, FakePasswordHasher, FakeStorage, FakeUserRepository
from tests.harness.editions import size
from tests.http_helpers import assert_problem

from fastauth.domain import errors
from fastauth.domain.accounts.user import User
from fastauth.domain.accounts.username import Username
from fastauth.domain.errors import FastauthError, StorageUnavailable
from fastauth.domain.passwords.password import Password, PasswordHash
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.app import create_app
from fastauth.entrypoints.http.problem_details import status_of
from fastauth.entrypoints.settings import Mode, Settings

JSON = {"Content-Type": "application/json"}
URL = "/users/register"


class TestRegister:
    async def test_answers_with_the_account(self, client: httpx2.AsyncClient) -> None:
        response = await client.post(URL, json=a_registration(username="Ann", fullname=" Ann "))
        assert response.status_code == 201
        assert response.json() == {"id": 1, "username": "Ann", "fullname": "Ann"}

    async def test_refuses_a_taken_name(self, client: httpx2.AsyncClient) -> None:
        registration = a_registration()
        await client.post(URL, json=registration)
        response = await client.post(URL, json=registration)
        assert_problem(response, 409, "username_taken")
        assert response.json()["detail"] == "Username already registered"

    async def test_names_each_missing_field(self, client: httpx2.AsyncClient) -> None:
        response = await client.post(URL, json={"username": "ann"})
        assert_problem(response, 422, "invalid_input")
        assert [(e["pointer"], e["code"]) for e in response.json()["errors"]] == [
            ("/password", "missing"),
            ("/fullname", "missing"),
        ]

    async def test_names_each_broken_rule(self, client: httpx2.AsyncClient) -> None:
        response = await client.post(URL, json={"username": "a b", "password": "", "fullname": "x" * 51})
        assert [(e["pointer"], e["code"]) for e in response.json()["errors"]] == [
            ("/username", "not_allowed"),
            ("/fullname", "too_long"),
            ("/password", "empty"),
        ]

    @pytest.mark.parametrize("name", BODIES)
    async def test_refuses_what_is_no_registration(
        self,
        client: httpx2.AsyncClient,
        storage: FakeStorage,
        name: str,
        log: StringIO,
    ) -> None:
        response = await client.post(URL, content=BODIES[name], headers=JSON)
        assert_problem(response, 422, "invalid_input")
        assert CANARY not in response.text + str(response.headers) + log.getvalue()
        assert storage.users == {}

    @pytest.mark.parametrize("name", TOO_LARGE)
    async def test_refuses_what_is_too_large(self, client: httpx2.AsyncClient, name: str) -> None:
        response = await client.post(URL, content=TOO_LARGE[name], headers=JSON)
        assert_problem(response, 413, "body_too_large")
        assert CANARY not in response.text

    async def test_stops_reading_a_body_that_is_too_large(self, client: httpx2.AsyncClient) -> None:
        read = 0

        async def endless() -> AsyncIterator[bytes]:
            nonlocal read
            while read < 1_000:
                read += 1
                yield b" " * 1_024

        assert_problem(await client.post(URL, content=endless(), headers=JSON), 413, "body_too_large")
        assert read == 17

    @pytest.mark.parametrize("name", ACCEPTABLE)
    async def test_takes_json_however_it_is_written(self, client: httpx2.AsyncClient, name: str) -> None:
        response = await client.post(URL, content=ACCEPTABLE[name], headers=JSON)
        assert response.status_code == 201, response.text
        assert set(response.json()) == {"id", "username", "fullname"}
        assert (response.json()["id"], response.json()["username"]) == (1, "canary-user")

    @pytest.mark.parametrize("text", NAUGHTY_STRINGS)
    async def test_takes_or_refuses_naughty_strings(self, client: httpx2.AsyncClient, text: str) -> None:
        for field in ("username", "fullname"):
            response = await client.post(URL, json=a_registration(**{field: text}))
            assert response.status_code in {201, 422}, response.text
        assert (await client.post(URL, json=a_registration(password=text))).status_code == 201

    @pytest.mark.parametrize(
        "kind",
        [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "",
            "a",
            "*/*",
        ],
    )
    async def test_reads_json_under_its_own_name_alone(self, client: httpx2.AsyncClient, kind: str) -> None:
        """R2 (CVE-2024-47874, CVE-2023-30798 (Starlette), CVE-2024-53981 (python-multipart), CVE-2024-24762
        (FastAPI); CWE-770, CWE-1333): forms without bounds, and a content type that is slow to match.

        R3 (CVE-2021-32677 (FastAPI); CWE-352): JSON is read as `text/plain`, which any page may send.
        """
        body = json.dumps(a_registration(password=CANARY))
        response = await client.post(URL, content=body, headers={"Content-Type": kind})
        assert_problem(response, 422, "invalid_input")
        assert CANARY not in response.text

    async def test_wants_a_content_type(self, client: httpx2.AsyncClient) -> None:
        """R3 (CVE-2021-32677 (FastAPI); CWE-352): JSON is read as `text/plain`, which any page may send."""
        request = client.build_request("POST", URL, content=json.dumps(a_registration()))
        request.headers.pop("Content-Type", None)
        assert_problem(await client.send(request), 422, "invalid_input")

    @pytest.mark.parametrize(
        "kind", ["application/json; charset=utf-8", "Application/JSON", "application/a+json"]
    )
    async def test_knows_json_by_every_name(self, client: httpx2.AsyncClient, kind: str) -> None:
        body = json.dumps(a_registration())
        assert (await client.post(URL, content=body, headers={"Content-Type": kind})).status_code == 201

    @settings(
        suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=size(50, 200)
    )
    @given(
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
            lambda inner: (
                st.lists(inner)
                | st.dictionaries(st.sampled_from(["username", "password", "fullname", "x"]), inner)
            ),
        )
    )
    async def test_never_fails(self, client: httpx2.AsyncClient, value: object) -> None:
        response = await client.post(URL, content=json.dumps(value), headers=JSON)
        assert response.status_code in {201, 409, 413, 422}


class TestEveryAnswer:
    REQUESTS: ClassVar = [
        ("GET", "/ping"),
        ("GET", "/none"),
        ("GET", URL),
        ("POST", URL),
        ("GET", "/health/live"),
        ("GET", "/docs"),
    ]

    @pytest.mark.parametrize(("method", "path"), REQUESTS)
    async def test_has_the_headers(self, client: httpx2.AsyncClient, method: str, path: str) -> None:
        headers = (await client.request(method, path)).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert "content-security-policy" in headers
        assert re.fullmatch("[0-9a-f]{16}", headers["x-request-id"])
        assert "server" not in headers

    @pytest.mark.parametrize("sent", ["abc", "A.b_c-9", "x" * 64])
    async def test_carries_the_request_id_that_was_sent(self, client: httpx2.AsyncClient, sent: str) -> None:
        response = await client.get("/ping", headers={"X-Request-Id": sent})
        assert response.headers.get_list("x-request-id") == [sent]

    @pytest.mark.parametrize("sent", ["", "x" * 65, "a b", "a\x1b[2J", "é", "a,b"])
    async def test_does_not_carry_an_id_that_could_do_harm(
        self, client: httpx2.AsyncClient, sent: str
    ) -> None:
        response = await client.get("/ping", headers={b"X-Request-Id": sent.encode()})
        assert re.fullmatch("[0-9a-f]{16}", response.headers["x-request-id"])

    @pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "FOO"])
    async def test_names_the_methods_allowed(self, client: httpx2.AsyncClient, method: str) -> None:
        response = await client.request(method, URL)
        assert (response.status_code, response.headers["allow"]) == (405, "POST")

    @pytest.mark.parametrize(
        "path", ["/users", f"{URL}/", f"{URL}//", "/users//register", "/docs/", "/%00", "/%ff"]
    )
    async def test_does_not_guess_at_addresses(self, client: httpx2.AsyncClient, path: str) -> None:
        assert_problem(await client.post(path, json=a_registration()), 404, "not_found")


class TestProblems:
    def leaves(self, node: type[FastauthError] = FastauthError) -> list[type[FastauthError]]:
        return [leaf for child in node.__subclasses__() for leaf in self.leaves(child)] or [node]

    def test_knows_a_status_for_every_error(self) -> None:
        for leaf in self.leaves():
            assert 400 <= status_of(leaf()) < 600
            assert re.fullmatch("[a-z_]+", leaf.code)

    def test_draws_every_error_in_the_tree(self) -> None:
        for leaf in self.leaves():
            if leaf.__module__ == errors.__name__:
                assert leaf.__name__ in (errors.__doc__ or "")

    @pytest.mark.parametrize(
        ("coding", "status"),
        [
            ("gzip", 415),
            ("br", 415),
            ("gzip, identity", 415),
            ("x", 415),
            ("identity", 422),
            ("Identity", 422),
        ],
    )
    async def test_refuses_a_content_coding(
        self, client: httpx2.AsyncClient, coding: str, status: int
    ) -> None:
        response = await client.post(
            "/sessions", content=b"\x1f", headers={**JSON, "Content-Encoding": coding}
        )
        assert response.status_code == status
        assert response.headers.get("accept-encoding") == ("identity" if status == 415 else None)
        if status == 415:
            assert_problem(response, 415, "content_encoding_not_supported")

    async def test_says_when_to_come_back(self, settings: Settings, hasher: FakePasswordHasher) -> None:
        class Away(FakeUserRepository):
            async def find(self, username: Username) -> User | None:
                raise StorageUnavailable

        app = create_app(Container(settings=settings, users=Away(), hasher=hasher))
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://x") as client:
            response = await client.post(URL, json=a_registration())
        assert_problem(response, 503, "storage_unavailable")
        assert response.headers["retry-after"] == "1"

    async def test_tells_nothing_of_a_bug(self, settings: Settings, log: StringIO) -> None:
        """R43: an error of the database tells of rows or hosts.

        CVE-2022-31177, CVE-2023-34110 (Flask-AppBuilder), CVE-2024-32967 (Zitadel); CWE-209.
        """

        class Broken(FakePasswordHasher):
            async def hash(self, password: Password) -> PasswordHash:
                raise ValueError(password.text)

        app = create_app(Container(settings=settings, users=FakeUserRepository(), hasher=Broken()))
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://x") as client:
            response = await client.post(URL, json=a_registration(password=CANARY))
        assert_problem(response, 500, "internal_error")
        assert response.headers["x-request-id"] in log.getvalue()
        assert "ValueError" in log.getvalue()
        assert CANARY not in response.text + log.getvalue()


class TestDocumentation:
    async def test_is_there_in_development(self, client: httpx2.AsyncClient) -> None:
        page = (await client.get("/docs")).text
        files = re.findall(r'(?:src|href)="([^"]+)"', page)
        assert len(files) == 3
        for file in files:
            assert (await client.get(urljoin("/docs", file))).status_code == 200
        assert "//" not in "".join(files)

    async def test_is_there_behind_a_proxy_that_strips_a_prefix(self, client: httpx2.AsyncClient) -> None:
        page = (await client.get("/docs")).text
        document = (await client.get("/openapi.json")).json()
        named = [*re.findall(r'(?:src|href)="([^"]+)"', page), *re.findall(r"url: '([^']+)'", page)]
        assert "openapi.json" in named
        assert {urljoin("/auth/docs", each)[:6] for each in named} == {"/auth/"}
        (server,) = document["servers"]
        assert urljoin("/auth/openapi.json", server["url"]) == "/auth/"

    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    async def test_root_redirects_to_docs_in_development(
        self, client: httpx2.AsyncClient, method: str
    ) -> None:
        """The target is relative: a proxy may strip a prefix."""
        response = await client.request(method, "/")
        assert response.status_code == 307
        assert urljoin("/", response.headers["location"]) == "/docs"
        assert urljoin("/auth/", response.headers["location"]) == "/auth/docs"
        assert response.content == b""
        assert "/" not in (await client.get("/openapi.json")).json()["paths"]

    @pytest.mark.parametrize(
        "settings",
        [Settings(mode=Mode.PRODUCTION), Settings(mode=Mode.PRODUCTION, docs=True), Settings(docs=False)],
    )
    async def test_root_is_not_found_in_production_or_without_docs(self, settings: Settings) -> None:
        app = create_app(Container(settings=settings))
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://x") as client:
            assert_problem(await client.get("/"), 404, "not_found")
            assert (await client.head("/")).status_code == 404

    async def test_is_not_there_in_production(self) -> None:
        app = create_app(Container(settings=Settings(mode=Mode.PRODUCTION)))
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://x") as client:
            for path in ("/docs", "/openapi.json", "/redoc", "/docs/files/swagger-ui.css"):
                assert_problem(await client.get(path), 404, "not_found")

    async def test_has_examples_that_work(self, client: httpx2.AsyncClient) -> None:
        document = (await client.get("/openapi.json")).json()
        body = document["paths"][URL]["post"]["requestBody"]["content"]["application/json"]
        for example in body["examples"].values() if "examples" in body else body["schema"]["examples"]:
            assert (await client.post(URL, json=example.get("value", example))).status_code == 201

    async def test_describes_problems_as_what_they_are(self, client: httpx2.AsyncClient) -> None:
        document = (await client.get("/openapi.json")).json()
        responses = document["paths"][URL]["post"]["responses"]
        assert set(responses) == {"201", "409", "413", "415", "422", "429", "503"}
        for status, response in responses.items():
            media = "application/json" if status == "201" else "application/problem+json"
            assert list(response["content"]) == [media]


class TestHealth:
    async def test_answers_a_ping(self, client: httpx2.AsyncClient) -> None:
        assert (await client.get("/ping")).json() == {"msg": "pong"}

    async def test_lives_without_a_database(self, client: httpx2.AsyncClient) -> None:
        assert (await client.get("/health/live")).status_code == 200

    async def test_is_ready_once_there_is_a_key(
        self, client: httpx2.AsyncClient, storage: FakeStorage, clock: FakeClock
    ) -> None:
        assert (await client.get("/health/ready")).json() == {"status": "ok"}
        storage.keys.clear()
        clock.advance(seconds=1)
        assert_problem(await client.get("/health/ready"), 503, "signing_key_missing")

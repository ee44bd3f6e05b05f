"""`POST /users/register` over fakes."""

import json
from collections.abc import AsyncIterator
from io import StringIO

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.attacks.malformed_requests import ACCEPTABLE, BODIES, CANARY, NAUGHTY_STRINGS, TOO_LARGE
from tests.builders import a_registration
from tests.fakes import FakeStorage
from tests.harness.editions import size
from tests.harness.tables import row
from tests.http_helpers import assert_problem
from tests.text_strategies import any_text

JSON = {"Content-Type": "application/json"}
URL = "/users/register"


class TestRegister:
    async def test_returns_account(self, client: httpx2.AsyncClient) -> None:
        response = await client.post(URL, json=a_registration(username="Ann", fullname=" Ann "))
        assert response.status_code == 201
        assert response.json() == {"id": 1, "username": "Ann", "fullname": "Ann"}

    async def test_taken_username(self, client: httpx2.AsyncClient) -> None:
        registration = a_registration()
        await client.post(URL, json=registration)
        response = await client.post(URL, json=registration)
        assert_problem(response, 409, "username_taken")
        assert response.json()["detail"] == "Username already registered"

    async def test_error_lists_missing_fields(self, client: httpx2.AsyncClient) -> None:
        response = await client.post(URL, json={"username": "ann"})
        assert_problem(response, 422, "invalid_input")
        assert [(e["pointer"], e["code"]) for e in response.json()["errors"]] == [
            ("/password", "missing"),
            ("/fullname", "missing"),
        ]

    async def test_error_lists_broken_rules(self, client: httpx2.AsyncClient) -> None:
        response = await client.post(URL, json={"username": "a b", "password": "", "fullname": "x" * 51})
        assert [(e["pointer"], e["code"]) for e in response.json()["errors"]] == [
            ("/username", "not_allowed"),
            ("/fullname", "too_long"),
            ("/password", "empty"),
        ]

    async def test_rejects_invalid_bodies(
        self, client: httpx2.AsyncClient, storage: FakeStorage, log: StringIO
    ) -> None:
        for name, body in BODIES.items():
            with row(name):
                response = await client.post(URL, content=body, headers=JSON)
                assert_problem(response, 422, "invalid_input")
                assert CANARY not in response.text + str(response.headers) + log.getvalue()
                assert storage.users == {}

    async def test_rejects_large_bodies(self, client: httpx2.AsyncClient) -> None:
        for name, body in TOO_LARGE.items():
            with row(name):
                response = await client.post(URL, content=body, headers=JSON)
                assert_problem(response, 413, "body_too_large")
                assert CANARY not in response.text

    async def test_stops_reading_large_body(self, client: httpx2.AsyncClient) -> None:
        read = 0

        async def endless() -> AsyncIterator[bytes]:
            nonlocal read
            while read < 1_000:
                read += 1
                yield b" " * 1_024

        assert_problem(await client.post(URL, content=endless(), headers=JSON), 413, "body_too_large")
        assert read == 17

    async def test_accepts_every_form_of_json(self, client: httpx2.AsyncClient, storage: FakeStorage) -> None:
        for name, body in ACCEPTABLE.items():
            storage.users.clear()
            with row(name):
                response = await client.post(URL, content=body, headers=JSON)
                assert response.status_code == 201, response.text
                assert set(response.json()) == {"id", "username", "fullname"}
                assert (response.json()["id"], response.json()["username"]) == (1, "canary-user")

    async def test_naughty_strings(self, client: httpx2.AsyncClient, storage: FakeStorage) -> None:
        """Strings that often break software are stored or rejected; as a password each is accepted."""
        for text in NAUGHTY_STRINGS:
            storage.users.clear()
            with row(text):
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
    async def test_rejects_other_content_types(self, client: httpx2.AsyncClient, kind: str) -> None:
        """R2 (CVE-2024-47874, CVE-2023-30798 (Starlette), CVE-2024-53981 (python-multipart), CVE-2024-24762
        (FastAPI); CWE-770, CWE-1333): forms without bounds, and a content type that is slow to match.

        R3 (CVE-2021-32677 (FastAPI); CWE-352): JSON is read as `text/plain`, which any page may send.
        """
        body = json.dumps(a_registration(password=CANARY))
        response = await client.post(URL, content=body, headers={"Content-Type": kind})
        assert_problem(response, 422, "invalid_input")
        assert CANARY not in response.text

    async def test_rejects_missing_content_type(self, client: httpx2.AsyncClient) -> None:
        """R3 (CVE-2021-32677 (FastAPI); CWE-352): JSON is read as `text/plain`, which any page may send."""
        request = client.build_request("POST", URL, content=json.dumps(a_registration()))
        request.headers.pop("Content-Type", None)
        assert_problem(await client.send(request), 422, "invalid_input")

    @pytest.mark.parametrize(
        "kind", ["application/json; charset=utf-8", "Application/JSON", "application/a+json"]
    )
    async def test_accepts_json_content_types(self, client: httpx2.AsyncClient, kind: str) -> None:
        body = json.dumps(a_registration())
        assert (await client.post(URL, content=body, headers={"Content-Type": kind})).status_code == 201

    @settings(
        suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=size(50, 200)
    )
    @given(
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.integers() | any_text(),
            lambda inner: (
                st.lists(inner)
                | st.dictionaries(st.sampled_from(["username", "password", "fullname", "x"]), inner)
            ),
        )
    )
    async def test_any_json_gets_an_expected_status(self, client: httpx2.AsyncClient, value: object) -> None:
        response = await client.post(URL, content=json.dumps(value), headers=JSON)
        assert response.status_code in {201, 409, 413, 422}

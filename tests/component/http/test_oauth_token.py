"""``POST /oauth/token`` over fakes: client credentials."""

from base64 import b64encode
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any

import httpx2
import pytest
from tests.fakes import FakeClock, FakeStorage
from tests.http_helpers import assert_problem

from fastauth.application.clients.client_changes import CreatedClient
from fastauth.domain.roles.permissions import READ_REVOCATIONS
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.settings import Settings

PATH = "/oauth/token"
GRANT = {"grant_type": "client_credentials"}
PERMISSIONS = ["orders:read", "orders:write", READ_REVOCATIONS]
AUDIENCE = "https://orders.example"


@pytest.fixture
async def created(container: Container) -> CreatedClient:
    return await container.create_client()(name="orders", permissions=PERMISSIONS, audiences=[AUDIENCE])


@pytest.fixture
def form(created: CreatedClient) -> dict[str, str]:
    return GRANT | {"client_id": created.client.id, "client_secret": created.secret.text}


def basic(client_id: str, secret: str) -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(f'{client_id}:{secret}'.encode()).decode()}"}


def assert_error(response: httpx2.Response, status: int, error: str, row: object = None) -> None:
    assert (response.status_code, response.json()["error"]) == (status, error), (row, response.text)
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["content-type"] == "application/json"
    assert response.json().keys() == {"error", "error_description"}


class TestToken:
    async def test_by_each_method_of_authentication(
        self, client: httpx2.AsyncClient, created: CreatedClient, form: dict[str, str], container: Container
    ) -> None:
        by_basic = basic(created.client.id, created.secret.text)
        by_header = (await client.post(PATH, data=GRANT, headers=by_basic)).json()
        response = await client.post(PATH, data=form)
        assert (response.headers["cache-control"], response.headers["pragma"]) == ("no-store", "no-cache")
        for answer in (by_header, response.json()):
            assert answer.keys() == {"access_token", "token_type", "expires_in", "scope"}
            assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 300)
            assert answer["scope"].split() == sorted(PERMISSIONS)

    async def test_scope_narrows(self, client: httpx2.AsyncClient, form: dict[str, str]) -> None:
        response = await client.post(PATH, data=form | {"scope": "orders:write orders:read"})
        assert response.json()["scope"] == "orders:read orders:write"
        token = {"Authorization": f"Bearer {response.json()['access_token']}"}
        assert_problem(await client.get("/v1/revocations", headers=token), 403, "not_permitted")

    async def test_token_opens_what_needs_a_permission_and_nothing_of_a_session(
        self, client: httpx2.AsyncClient, form: dict[str, str], container: Container
    ) -> None:
        answer = (await client.post(PATH, data=form)).json()
        token = {"Authorization": f"Bearer {answer['access_token']}"}
        assert (await client.get("/v1/revocations", headers=token)).status_code == 200
        for method, path in (("GET", "/users/me"), ("GET", "/sessions"), ("DELETE", "/sessions/current")):
            assert_problem(await client.request(method, path, headers=token), 401, "invalid_token")

    async def test_ends_with_what_the_client_loses(
        self, client: httpx2.AsyncClient, container: Container, clock: FakeClock, storage: FakeStorage
    ) -> None:
        """And stays ended after it is given back. So the revocation feed has it, too."""
        change, rotate = container.change_client(), container.rotate_client_secret()
        secret = (await container.create_client()(name="orders", permissions=PERMISSIONS)).secret.text
        (id_,) = [each.client.id for each in await container.clients().load()]

        async def token() -> dict[str, str]:
            clock.advance(timedelta(seconds=1))  # one of the second of a revocation is refused
            answer = await client.post(PATH, data=GRANT, headers=basic(id_, secret))
            assert answer.status_code == 200, answer.text
            return {"Authorization": f"Bearer {answer.json()['access_token']}"}

        async def end_secret() -> None:
            nonlocal secret
            secret = (await rotate(name="orders", at_once=True)).secret.text

        lost = [READ_REVOCATIONS]
        rows: dict[str, list[Callable[[], Awaitable[object]]]] = {
            "narrowed": [
                partial(change, name="orders", revoke=lost),
                partial(change, name="orders", grant=lost),
            ],
            "disabled": [
                partial(change, name="orders", disabled=True),
                partial(change, name="orders", disabled=False),
            ],
            "its secret ended": [end_secret],
        }
        for row, acts in rows.items():
            former = await token()
            assert (await client.get("/v1/revocations", headers=former)).status_code == 200, row
            for act in acts:
                await act()
            answer = await client.get("/v1/revocations", headers=former)
            assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token"), row
            revocations = (await client.get("/v1/revocations", headers=await token())).json()["revocations"]
            assert ("client", id_) in {(each["kind"], each["value"]) for each in revocations}, row
            storage.revocations.clear()

    async def test_stays_valid_after_a_rotation_with_an_overlap(
        self, client: httpx2.AsyncClient, form: dict[str, str], container: Container
    ) -> None:
        token = {"Authorization": f"Bearer {(await client.post(PATH, data=form)).json()['access_token']}"}
        await container.rotate_client_secret()(name="orders")
        assert (await client.get("/v1/revocations", headers=token)).status_code == 200

    async def test_audience(self, client: httpx2.AsyncClient, form: dict[str, str]) -> None:
        """A token for another audience opens nothing here."""
        for name in ("audience", "resource"):
            answer = (await client.post(PATH, data=form | {name: AUDIENCE})).json()
            token = {"Authorization": f"Bearer {answer['access_token']}"}
            assert_problem(await client.get("/v1/revocations", headers=token), 401, "invalid_token")


class TestRefusals:
    async def test_of_requests(self, client: httpx2.AsyncClient, form: dict[str, str]) -> None:
        rows: list[tuple[dict[str, str], int, str]] = [
            ({"grant_type": ""}, 400, "invalid_request"),
            ({"grant_type": "password"}, 400, "unsupported_grant_type"),
            ({"grant_type": "refresh_token"}, 400, "unsupported_grant_type"),
            ({"scope": "fastauth:users.read"}, 400, "invalid_scope"),
            ({"scope": "orders:read  orders:write"}, 400, "invalid_scope"),
            ({"scope": " "}, 400, "invalid_scope"),
            ({"audience": "https://other.example"}, 400, "invalid_target"),
            ({"resource": AUDIENCE, "audience": "https://other.example"}, 400, "invalid_target"),
            ({"client_secret": ""}, 401, "invalid_client"),
            ({"client_id": ""}, 401, "invalid_client"),
            ({"client_secret": "fa_cs_" + "a" * 43}, 401, "invalid_client"),
            ({"client_id": "1"}, 401, "invalid_client"),
        ]
        for changed, status, error in rows:
            assert_error(await client.post(PATH, data=form | changed), status, error, changed)

    async def test_body_that_is_no_form_or_too_large(
        self, client: httpx2.AsyncClient, form: dict[str, str]
    ) -> None:
        media_type = {"Content-Type": "application/x-www-form-urlencoded"}
        rows: list[tuple[dict[str, Any], int]] = [
            ({"json": form}, 400),
            ({}, 400),
            ({"content": b"grant_type=client_credentials&grant_type=x", "headers": media_type}, 400),
            ({"content": b"grant_type=\xff", "headers": media_type}, 400),
            ({"content": b"a=" + b"b" * 16_384, "headers": media_type}, 413),
        ]
        for given, status in rows:
            assert_error(await client.post(PATH, **given), status, "invalid_request", given)

    async def test_of_authentication(
        self, client: httpx2.AsyncClient, created: CreatedClient, form: dict[str, str]
    ) -> None:
        """Exactly one method, and one answer for whatever does not fit."""
        id_, secret = created.client.id, created.secret.text
        good = basic(id_, secret)
        header = good["Authorization"]
        rows: list[tuple[dict[str, str], Any, int, str]] = [
            (GRANT, {}, 401, "invalid_client"),
            (form, good, 400, "invalid_request"),
            (GRANT | {"client_id": "fa_c_" + "a" * 20}, good, 400, "invalid_request"),
            (GRANT, [("Authorization", header)] * 2, 400, "invalid_request"),
            (GRANT, basic(id_, secret + "x"), 401, "invalid_client"),
            (GRANT, {"Authorization": f"Bearer {secret}"}, 401, "invalid_client"),
            (GRANT, {"Authorization": "Basic"}, 401, "invalid_client"),
            (GRANT, {"Authorization": "Basic !"}, 401, "invalid_client"),
            (GRANT, {"Authorization": "Basic " + b64encode(secret.encode()).decode()}, 401, "invalid_client"),
            (GRANT, {"Authorization": "Basic " + b64encode(b"\xff:\xff").decode()}, 401, "invalid_client"),
        ]
        for data, headers, status, error in rows:
            response = await client.post(PATH, data=data, headers=headers)
            assert_error(response, status, error, (data.keys(), headers))
            if status == 401:
                assert response.headers["www-authenticate"] == 'Basic realm="fastauth"'
            assert secret not in response.text

    async def test_basic_is_form_encoded(self, client: httpx2.AsyncClient, created: CreatedClient) -> None:
        """RFC 6749, section 2.3.1: the underscores may be sent as %5F."""
        encoded = basic(created.client.id.replace("_", "%5F"), created.secret.text.replace("_", "%5F"))
        assert (await client.post(PATH, data=GRANT, headers=encoded)).status_code == 200


class TestLimit:
    @pytest.fixture
    def settings(self) -> Settings:
        return Settings(
            secret_key="the secret key of the tests, 32 bytes",  # type: ignore[arg-type]  # pydantic reads it
            rate_limits=True,
        )

    async def test_refusals_of_a_network_are_limited_and_successes_are_not(
        self, client: httpx2.AsyncClient, form: dict[str, str]
    ) -> None:
        wrong = form | {"client_secret": "fa_cs_" + "a" * 43}
        for _ in range(10):
            assert_error(await client.post(PATH, data=wrong), 401, "invalid_client")
        limited = await client.post(PATH, data=wrong)
        assert_error(limited, 429, "temporarily_unavailable")
        assert int(limited.headers["retry-after"]) > 0
        assert (await client.post(PATH, data=form)).status_code == 200

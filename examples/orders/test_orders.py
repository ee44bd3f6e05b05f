"""How to test a service that is protected by fastauth-client: with the fixtures of its pytest plugin."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from runpy import run_path

import pytest
from examples.orders.orders import app, orders, verifier
from fastapi.testclient import TestClient

from fastauth_client import Verifier
from fastauth_client.testing import FastauthServer

CLERK = {"roles": ["clerk"], "permissions": ["orders:cancel"]}
PASSWORD = "correct horse battery staple"
AsCaller = Callable[..., dict[str, str]]


@pytest.fixture
def fastauth_verifier() -> Verifier:
    """Let the application trust the issuer of the tests. The plugin needs no other fixture."""
    return verifier


@pytest.fixture
def client() -> TestClient:
    orders.clear()
    return TestClient(app)


class TestOrders:
    def test_customers_see_their_own(self, client: TestClient, as_caller: AsCaller) -> None:
        created = client.post("/orders", json={"article": "tea"}, headers=as_caller("1"))
        assert created.status_code == 201
        assert client.get("/orders", headers=as_caller("1")).json() == [created.json()]
        assert client.get("/orders", headers=as_caller("2")).json() == []

    def test_clerks_cancel_any(self, client: TestClient, as_caller: AsCaller) -> None:
        number = client.post("/orders", json={"article": "tea"}, headers=as_caller("1")).json()["id"]
        refused = client.delete(f"/orders/{number}", headers=as_caller("1"))
        assert refused.status_code == 403
        assert 'error="insufficient_scope"' in refused.headers["WWW-Authenticate"]
        assert client.delete(f"/orders/{number}", headers=as_caller("9", **CLERK)).status_code == 204
        assert client.delete(f"/orders/{number}", headers=as_caller("9", **CLERK)).status_code == 404

    def test_clerks_who_logged_in_long_ago_log_in_again(
        self, client: TestClient, as_caller: AsCaller
    ) -> None:
        headers = as_caller("9", **CLERK, auth_time=int(time.time()) - 601)
        refused = client.delete("/orders/1", headers=headers)
        assert refused.status_code == 401
        assert 'error="insufficient_user_authentication"' in refused.headers["WWW-Authenticate"]

    @pytest.mark.parametrize(
        ("method", "path"), [("GET", "/orders"), ("POST", "/orders"), ("DELETE", "/orders/1")]
    )
    def test_every_route_refuses_hostile_tokens(
        self, method: str, path: str, assert_route_refuses_all: Callable[..., None]
    ) -> None:
        assert_route_refuses_all(app, method, path)


class TestWithTheRealService:
    """The application of this commit against the service of this commit."""

    @pytest.fixture
    def real(self, fastauth_server: FastauthServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
        monkeypatch.setenv("ORDERS_ISSUER", fastauth_server.issuer)
        with TestClient(run_path(str(Path(__file__).with_name("orders.py")))["app"]) as client:
            yield client

    def test_logged_in_user_may_order(self, fastauth_server: FastauthServer, real: TestClient) -> None:
        fastauth_server.register("orders-customer", PASSWORD)
        token = fastauth_server.log_in("orders-customer", PASSWORD)
        headers = {"Authorization": f"Bearer {token}"}
        assert real.get("/orders").status_code == 401
        assert real.post("/orders", json={"article": "tea"}, headers=headers).status_code == 201
        assert [order["article"] for order in real.get("/orders", headers=headers).json()] == ["tea"]
        assert real.delete("/orders/1", headers=headers).status_code == 403

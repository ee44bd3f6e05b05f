"""What FastAPI alone has."""

from collections.abc import Callable, Iterator
from typing import Annotated

import pytest
from clients.python.tests.fakes import FakeIssuerServer
from fastapi import FastAPI
from fastapi.testclient import TestClient

from fastauth_client import Caller, Verifier
from fastauth_client.fastapi import FastAPIAuth

METADATA = "https://orders.example.com/.well-known/oauth-protected-resource"


@pytest.fixture
def fastauth_verifier() -> Verifier:
    return Verifier("https://auth.example.com", audience="https://orders.example.com")


@pytest.fixture
def client(fastauth_verifier: Verifier) -> Iterator[TestClient]:
    auth = FastAPIAuth(fastauth_verifier)
    app = FastAPI()
    app.include_router(auth.protected_resource(scopes=["orders:write", "orders:read"]))

    @app.get("/")
    async def index(caller: Annotated[Caller | None, auth.optional()]) -> str:
        return caller.subject if caller else "no caller"

    @app.get("/orders")
    async def orders(caller: Annotated[Caller, auth.require("orders:read")]) -> str:
        return caller.subject

    with TestClient(app) as client:
        yield client


class TestOptional:
    def test_has_the_caller_if_there_is_a_token(
        self, client: TestClient, as_caller: Callable[..., dict[str, str]]
    ) -> None:
        assert client.get("/").json() == "no caller"
        assert client.get("/", headers=as_caller("7")).json() == "7"

    @pytest.mark.parametrize("header", ["Bearer x.y.z", "Bearer", "Basic abc"])
    def test_refuses_what_is_no_valid_token(self, client: TestClient, header: str) -> None:
        assert client.get("/", headers={"Authorization": header}).status_code == 401

    def test_refuses_two_headers(self, client: TestClient, as_caller: Callable[..., dict[str, str]]) -> None:
        headers = [("Authorization", as_caller()["Authorization"])] * 2
        assert client.get("/", headers=headers).status_code == 401


class TestProtectedResource:
    def test_has_metadata(self, client: TestClient, fastauth_issuer: object) -> None:
        assert client.get("/.well-known/oauth-protected-resource").json() == {
            "resource": "https://orders.example.com",
            "authorization_servers": ["https://auth.example.com"],
            "scopes_supported": ["orders:read", "orders:write"],
            "bearer_methods_supported": ["header"],
        }

    def test_refusal_refers_to_it(self, client: TestClient, fastauth_issuer: object) -> None:
        challenge = client.get("/orders").headers["WWW-Authenticate"]
        assert challenge == f'Bearer resource_metadata="{METADATA}"'

    def test_of_a_resource_with_a_path_is_at_the_path_behind_the_well_known_name(self) -> None:
        auth = FastAPIAuth(
            Verifier("https://auth.example.com", audience="x"), resource="https://orders.example.com/mcp"
        )
        app = FastAPI()
        app.include_router(auth.protected_resource())
        response = TestClient(app).get("/.well-known/oauth-protected-resource/mcp")
        assert response.json()["resource"] == "https://orders.example.com/mcp"


class TestOpenapi:
    def test_says_that_a_route_needs_a_token(self, client: TestClient, fastauth_issuer: object) -> None:
        document = client.get("/openapi.json").json()
        assert document["paths"]["/orders"]["get"]["security"] == [{"HTTPBearer": []}]
        assert document["components"]["securitySchemes"]["HTTPBearer"]["bearerFormat"] == "JWT"


class TestLifespan:
    def test_fetches_the_keys_before_the_first_request(self, server: FakeIssuerServer) -> None:
        verifier = Verifier(server.issuer.issuer, audience="https://orders.example.com", http=server.client())
        with TestClient(FastAPI(lifespan=FastAPIAuth(verifier).lifespan)):
            assert server.fetches == 1

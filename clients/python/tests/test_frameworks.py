"""The same requests to the same service in each framework."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from clients.python.tests.fakes import FakeIssuerServer
from clients.python.tests.services import READ, SERVICES, STEP_UP, WRITE

from fastauth_client import Verifier
from fastauth_client.testing import TestIssuer
from fastauth_client.testing.routes import send_all

Get = Callable[..., httpx2.Response]

pytestmark = pytest.mark.parametrize("framework", SERVICES)


@pytest.fixture
def fastauth_verifier() -> Verifier:
    return Verifier("https://auth.example.com", audience="https://orders.example.com")


@pytest.fixture
def get(framework: str, fastauth_verifier: Verifier) -> Get:
    """Return what sends `GET path` with headers."""
    make, prefix = SERVICES[framework]
    app = make(fastauth_verifier)

    def send(path: str, token: str | None = None) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        request = httpx2.Request("GET", f"http://testserver{prefix}{path}", headers=headers)
        return send_all(app, [request])[0]

    return send


class TestService:
    def test_refuses_every_hostile_token(
        self, framework: str, fastauth_verifier: Verifier, assert_route_refuses_all: Callable[..., None]
    ) -> None:
        make, prefix = SERVICES[framework]
        assert_route_refuses_all(make(fastauth_verifier), "GET", f"{prefix}{READ}")

    def test_answers_by_what_the_token_grants(self, fastauth_token: Callable[..., str], get: Get) -> None:
        clerk = fastauth_token("7", roles=["clerk"], permissions=["orders:write"])
        strong, plain = fastauth_token(acr="aal2"), fastauth_token()
        assert get(READ, clerk).json() == {"subject": "7"}
        for path, token, status, challenge in [
            (READ, None, 401, "Bearer"),
            (READ, plain, 200, ""),
            (WRITE, clerk, 200, ""),
            (WRITE, None, 401, "Bearer"),
            (WRITE, plain, 403, 'scope="orders:write"'),
            (STEP_UP, strong, 200, ""),
            (STEP_UP, plain, 401, 'acr_values="aal2"'),
        ]:
            response = get(path, token)
            assert response.status_code == status, (path, response.text)
            assert challenge in response.headers.get("WWW-Authenticate", ""), path
            assert (status == 200) == ("WWW-Authenticate" not in response.headers), path
            assert "detail" in response.json() or status == 200

    def test_answers_503_without_keys(self, framework: str, server: FakeIssuerServer) -> None:
        server.status = 503
        verifier = Verifier(server.issuer.issuer, audience="https://orders.example.com", http=server.client())
        make, prefix = SERVICES[framework]
        request = httpx2.Request(
            "GET", f"http://testserver{prefix}{READ}",
            headers={"Authorization": f"Bearer {server.issuer.token()}"},
        )  # fmt: skip
        (response,) = send_all(make(verifier), [request])
        verifier.close()
        assert (response.status_code, response.headers["Retry-After"]) == (503, "1")
        assert "WWW-Authenticate" not in response.headers


class TestRotation:
    def test_under_traffic_fails_no_request(self, framework: str, server: FakeIssuerServer) -> None:
        """The issuer publishes a key, signs with it later, and then withdraws the old one.

        The keys that a service has are older than `max-age` at no time: it fetches them between the steps.
        """
        old, new = server.issuer, TestIssuer()
        make, prefix = SERVICES[framework]
        verifier = Verifier(old.issuer, audience=old.audience, http=server.client())
        app: Any = make(verifier)
        statuses: list[int] = []

        def send(*issuers: TestIssuer) -> None:
            requests = [
                httpx2.Request(
                    "GET", f"http://testserver{prefix}{READ}",
                    headers={"Authorization": f"Bearer {issuer.token()}"},
                )
                for issuer in issuers * 5
            ]  # fmt: skip
            statuses.extend(response.status_code for response in send_all(app, requests))

        def pass_max_age() -> None:
            verifier.close()
            verifier.start()

        verifier.start()
        send(old)
        server.publish(old, new)
        send(old)
        pass_max_age()
        send(old, new)
        server.publish(new)
        send(old, new)
        pass_max_age()
        send(new)
        verifier.close()
        assert statuses == [200] * len(statuses)
        assert len(statuses) == 35
        assert server.fetches == 3

"""The pytest plugin is a test tool: it must be able to say that something is wrong."""

from collections.abc import Callable
from typing import Any

import flask
import pytest
from clients.python.tests.services import READ, with_fastapi, with_flask

from fastauth_client import Revoked, Verifier
from fastauth_client.testing import HOSTILE_TOKENS, TestIssuer


@pytest.fixture
def fastauth_verifier() -> Verifier:
    return Verifier("https://auth.example.com", audience=["https://orders.example.com", "second"])


class TestAssertRouteRefusesAll:
    def test_passes_a_route_that_is_protected(
        self, fastauth_verifier: Verifier, assert_route_refuses_all: Callable[..., None]
    ) -> None:
        assert_route_refuses_all(with_flask(fastauth_verifier), "GET", READ)

    def test_lists_the_tokens_that_an_open_route_accepts(
        self, assert_route_refuses_all: Callable[..., None]
    ) -> None:
        app = flask.Flask("open")
        app.add_url_rule("/", "index", lambda: "public")
        with pytest.raises(AssertionError) as caught:
            assert_route_refuses_all(app, "GET", "/")
        lines = str(caught.value).splitlines()
        assert lines[0] == "GET / did not answer as it should:"
        assert lines[1:] == ["no token: 200", *(f"{each}: 200" for each in HOSTILE_TOKENS)]

    def test_rejects_a_route_that_refuses_all_callers(
        self, assert_route_refuses_all: Callable[..., None]
    ) -> None:
        """Such as one whose verifier does not trust the issuer of the test."""
        app = with_fastapi(Verifier.offline(TestIssuer().jwks, issuer="https://x.example", audience="y"))
        with pytest.raises(AssertionError, match=r"\nvalid: 401$"):
            assert_route_refuses_all(app, "GET", READ)

    def test_rejects_a_refusal_without_a_challenge(
        self, assert_route_refuses_all: Callable[..., None]
    ) -> None:
        app = flask.Flask("closed")
        app.add_url_rule("/", "index", lambda: ("no", 401))
        with pytest.raises(AssertionError, match="no token: 401"):
            assert_route_refuses_all(app, "GET", "/")


class TestIssuerOfTheTests:
    def test_issues_for_the_verifier_of_the_application(
        self, fastauth_verifier: Verifier, fastauth_token: Callable[..., str]
    ) -> None:
        token = fastauth_token("7", roles=["b", "a"], permissions=["orders:read"], acr="aal2", expires_in=60)
        caller: Any = fastauth_verifier.verify_sync(token)
        assert caller.claims["roles"] == ["a", "b"]
        assert caller.claims["aud"] == "https://orders.example.com"
        assert caller.claims["exp"] - caller.claims["iat"] == 60

    def test_is_forgotten_after_the_test(self, fastauth_verifier: Verifier) -> None:
        issuer = TestIssuer()
        with issuer.trusted_by(fastauth_verifier):
            fastauth_verifier.verify_sync(issuer.token())
        fastauth_verifier.close()
        with pytest.raises(Exception, match="keys"):
            fastauth_verifier.verify_sync(issuer.token())

    def test_revokes(self, fastauth_verifier: Verifier, fastauth_issuer: TestIssuer) -> None:
        token = fastauth_issuer.token("7")
        fastauth_verifier.verify_sync(token)
        fastauth_issuer.revoke("sub", "7")
        with pytest.raises(Revoked):
            fastauth_verifier.verify_sync(token)

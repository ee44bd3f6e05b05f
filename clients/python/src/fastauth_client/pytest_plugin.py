"""The pytest plugin. Every run of pytest loads it, so it imports the rest when that is used."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from fastauth_client import Verifier
    from fastauth_client.testing import FastauthServer, TestIssuer


@pytest.fixture
def fastauth_verifier() -> "Verifier | None":
    """Override it to return the verifier of your application, which then trusts `fastauth_issuer`."""
    return None


@pytest.fixture
def fastauth_issuer(fastauth_verifier: "Verifier | None") -> "Iterator[TestIssuer]":
    """Return an issuer with a real ES256 key and without a network."""
    from fastauth_client.testing import TestIssuer  # noqa: PLC0415  pytest loads the plugin in every run

    issuer = TestIssuer()
    if fastauth_verifier is None:
        yield issuer
    else:
        with issuer.trusted_by(fastauth_verifier):
            yield issuer


@pytest.fixture
def fastauth_token(fastauth_issuer: "TestIssuer") -> Callable[..., str]:
    """Return what issues tokens: `fastauth_token("1", roles=["clerk"], permissions=["orders:read"])`."""
    return fastauth_issuer.token


@pytest.fixture
def as_caller(fastauth_issuer: "TestIssuer") -> Callable[..., dict[str, str]]:
    """Return what makes the headers of a request: `client.get("/", headers=as_caller(roles=["clerk"]))`."""
    return lambda *args, **claims: {"Authorization": f"Bearer {fastauth_issuer.token(*args, **claims)}"}


@pytest.fixture
def assert_route_refuses_all(fastauth_issuer: "TestIssuer") -> Callable[..., None]:
    """Return `fastauth_client.testing.assert_route_refuses_all` for the issuer of the test."""
    from fastauth_client.testing import assert_route_refuses_all  # noqa: PLC0415  pytest loads the plugin in every run

    return partial(assert_route_refuses_all, issuer=fastauth_issuer)


@pytest.fixture(scope="session")
def fastauth_settings() -> dict[str, str]:
    """Return the settings of `fastauth_server`. Override it to set more, such as `FASTAUTH_AUDIENCE`."""
    return {}


@pytest.fixture(scope="session")
def fastauth_server(
    tmp_path_factory: pytest.TempPathFactory, fastauth_settings: dict[str, str]
) -> Iterator["FastauthServer"]:
    """Start the real service on SQLite, once for all tests."""
    from fastauth_client.testing import FastauthServer  # noqa: PLC0415  pytest loads the plugin in every run

    with FastauthServer(tmp_path_factory.mktemp("fastauth"), fastauth_settings) as server:
        yield server

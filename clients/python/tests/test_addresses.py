"""Which addresses a verifier fetches keys and revocations from."""

import pytest

from fastauth_client import Revocations, Verifier
from fastauth_client.testing import TestIssuer

HTTPS = "https://auth.example.com"
LOOPBACK = [
    "http://127.0.0.1:8000",
    "http://127.9.9.9",
    "http://localhost:8000",
    "http://a.localhost",
    "http://[::1]:1",
]
OTHERS = [
    "http://auth.example.com",
    "http://fastauth:8000",
    "http://127.0.0.1.example.com",
    "http://localhost.example",
    "http://10.0.0.1",
    "http://[fe80::1]",
    "http://user@evil.example",
    "HTTP://auth.example.com",
]
NO_ADDRESSES = [
    "auth.example.com",
    "ftp://auth.example.com",
    "https://",
    "",
    "file:///etc/passwd",
    "http://[::1",
]


def refusal(
    issuer: str = HTTPS, *, jwks_uri: str | None = None, feed: str | None = None, https: bool = True
) -> str:
    """Return why a verifier cannot have these addresses; nothing if it can."""
    revocations = Revocations(client_secret="k", url=feed) if feed is not None else None
    try:
        Verifier(issuer, audience="a", jwks_uri=jwks_uri, revocations=revocations, require_https=https)
    except ValueError as error:
        return str(error)
    return ""


class TestAddresses:
    def test_of_this_machine_may_be_in_the_clear(self) -> None:
        assert {url: refusal(url) for url in LOOPBACK if refusal(url)} == {}

    def test_of_other_machines_are_https(self) -> None:
        """Otherwise an attacker on the network between can replace the keys, and so make tokens."""
        for url in OTHERS:
            for name, given in {
                "issuer": {"issuer": url},
                "jwks_uri": {"jwks_uri": f"{url}/jwks.json"},
                "revocations.url": {"feed": f"{url}/v1/revocations"},
            }.items():
                error = refusal(**given)  # type: ignore[arg-type]  # the table has no `https`
                assert error.startswith(f"{name}: must begin with https://, unless its host is this"), url

    def test_of_a_trusted_network_may_be_in_the_clear(self) -> None:
        for url in OTHERS:
            assert refusal(url, jwks_uri=url, feed=url, https=False) == "", url

    @pytest.mark.parametrize("https", [True, False])
    def test_are_urls(self, https: bool) -> None:  # noqa: FBT001  a parameter of the test
        for url in NO_ADDRESSES:
            assert (
                refusal(url, https=https) == "issuer: must be an address that begins with https:// or http://"
            ), url

    def test_of_an_offline_verifier_do_not_matter(self) -> None:
        issuer = TestIssuer("http://auth.example.com")
        verifier = Verifier.offline(issuer.jwks, issuer=issuer.issuer, audience=issuer.audience)
        assert verifier.verify_sync(issuer.token("1")).subject == "1"

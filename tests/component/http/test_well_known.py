"""Public keys and metadata over HTTP."""

import json
from base64 import urlsafe_b64decode
from datetime import timedelta

import httpx2
import pytest
from pydantic import SecretStr
from tests.fakes import FakeClock, FakeStorage
from tests.http_helpers import log_in

from fastauth.entrypoints.container import Container
from fastauth.entrypoints.settings import Settings

pytestmark = pytest.mark.usefixtures("ann")


class TestIssuerWithAPath:
    @pytest.fixture
    def settings(self) -> Settings:
        return Settings(
            secret_key=SecretStr("the secret key of the tests, 32 bytes"), issuer="https://example.com/a/b"
        )

    @pytest.mark.parametrize("name", ["oauth-authorization-server", "openid-configuration"])
    async def test_metadata_is_at_the_path_of_rfc_8414(self, client: httpx2.AsyncClient, name: str) -> None:
        # Section 3.1: the well-known part comes between the host and the path. OpenID Connect appends it,
        # and a proxy that removes the path leaves the address without one.
        for path in (f"/.well-known/{name}/a/b", f"/.well-known/{name}"):
            metadata = (await client.get(path)).json()
            assert metadata["issuer"] == "https://example.com/a/b"
            assert metadata["jwks_uri"] == "https://example.com/a/b/.well-known/jwks.json"
        assert (await client.get(f"/.well-known/{name}/a")).status_code == 404
        wrong = await client.post(f"/.well-known/{name}/a/b")
        assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET")


class TestKeys:
    async def test_jwks_is_public_and_cacheable(self, client: httpx2.AsyncClient) -> None:
        response = await client.get("/.well-known/jwks.json")
        assert response.headers["cache-control"] == "public, max-age=300"
        (key,) = response.json()["keys"]
        assert set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
        assert (key["alg"], key["use"]) == ("ES256", "sig")

    @pytest.mark.parametrize("name", ["oauth-authorization-server", "openid-configuration"])
    async def test_metadata_has_jwks_uri(self, client: httpx2.AsyncClient, name: str) -> None:
        # RFC 8414, section 5: some clients ask for the metadata under the name of OpenID Connect alone.
        response = await client.get(f"/.well-known/{name}")
        assert response.headers["cache-control"] == "public, max-age=300"
        assert response.json() == {
            "issuer": "http://127.0.0.1:8000",
            "jwks_uri": "http://127.0.0.1:8000/.well-known/jwks.json",
            "token_endpoint": "http://127.0.0.1:8000/oauth/token",
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "introspection_endpoint": "http://127.0.0.1:8000/oauth/introspect",
            "introspection_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "revocation_endpoint": "http://127.0.0.1:8000/oauth/revoke",
            "revocation_endpoint_auth_methods_supported": [
                *("client_secret_basic", "client_secret_post", "none")
            ],
            "response_types_supported": [],
            "grant_types_supported": ["client_credentials"],
        }
        assert (await client.get(f"/.well-known/{name}/auth")).status_code == 404

    async def test_keys_are_published_before_and_after_signing(
        self, client: httpx2.AsyncClient, container: Container, clock: FakeClock
    ) -> None:
        async def published() -> list[str]:
            return [key["kid"] for key in (await client.get("/.well-known/jwks.json")).json()["keys"]]

        async def signer() -> str:
            header = (await log_in(client))["access_token"].partition(".")[0]
            kid: str = json.loads(urlsafe_b64decode(header + "=="))["kid"]
            return kid

        (first,) = await published()
        await container.rotate_keys()(early=True)
        _, second = await published()
        assert await signer() == first
        clock.advance(seconds=309)
        assert await signer() == first
        clock.advance(seconds=1)
        assert await signer() == second
        assert await published() == [first, second]
        clock.advance(seconds=309)
        assert await published() == [first, second]
        clock.advance(seconds=1)
        assert await published() == [second]
        await container.rotate_keys()()
        assert [key.kid for key in (await container.signing_keys().load()).keys] == [second]

    async def test_keys_rotate_by_age(
        self, container: Container, clock: FakeClock, storage: FakeStorage
    ) -> None:
        clock.advance(days=90, seconds=-311)
        await container.rotate_keys()()
        assert len(storage.keys) == 1
        clock.advance(seconds=1)
        for _ in range(2):
            await container.rotate_keys()()
        assert len(storage.keys) == 2
        assert storage.keys[2].active_from - storage.keys[1].active_from == timedelta(days=90)

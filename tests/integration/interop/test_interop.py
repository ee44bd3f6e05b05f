"""Other services verify tokens by themselves, with any of several libraries."""

import re
from collections.abc import Iterator
from itertools import islice

import httpx2
import pytest
from tests.attacks.token_forgeries import FORGERIES, VALID
from tests.attacks.token_forgeries.keys import thumbprint
from tests.attacks.token_forgeries.signature_edits import signature_edits
from tests.harness.client import HUNG_UP, Answer, get_me
from tests.harness.databases import postgres_schema
from tests.harness.editions import size
from tests.harness.issuer import AUDIENCE, Issuer, an_issuer, header_of, payload_of
from tests.harness.service import NO_TLS
from tests.harness.tables import row

from fastauth.entrypoints.http.server.byte_limits import MAX_HEAD_BYTES

ON_SQLITE = ["ES256 on sqlite", "Ed25519 on sqlite"]
EVERYWHERE = [*ON_SQLITE, "ES256 on postgres"]
everywhere = pytest.mark.parametrize("issuer", EVERYWHERE, indirect=True, scope="module")


@pytest.fixture(scope="module", params=ON_SQLITE)
def issuer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issuer]:
    algorithm, _, backend = request.param.split()
    if backend == "sqlite":
        with an_issuer(f"sqlite:///{tmp_path_factory.mktemp('issuer')}/issuer.db", algorithm) as issuer:
            yield issuer
    else:
        postgres = request.getfixturevalue("postgres")
        with postgres_schema(postgres) as url, an_issuer(url, algorithm) as issuer:
            yield issuer


def assert_refused(answer: Answer) -> None:
    assert (answer.status, answer.code) == (401, "invalid_token"), answer
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"].startswith('Bearer error="invalid_token"')


@everywhere
class TestAccessToken:
    def test_claims_are_those_of_rfc_9068(self, issuer: Issuer) -> None:
        token = issuer.person.tokens.access
        claims = payload_of(token)
        assert header_of(token) == {"alg": issuer.algorithm, "typ": "at+jwt", "kid": issuer.forger.kid}
        assert claims == {
            "iss": issuer.service.url,
            "aud": AUDIENCE,
            "sub": str(issuer.person.id),
            "client_id": "fastauth",
            "sid": claims["sid"],
            "jti": claims["jti"],
            "iat": claims["iat"],
            "exp": claims["iat"] + 300,
            "auth_time": claims["auth_time"],
            "amr": ["pwd"],
            "acr": "aal1",
        }
        assert all(isinstance(claims[name], int) for name in ("iat", "exp", "auth_time"))
        assert re.fullmatch("[0-9a-f]{32}", claims["sid"])
        assert len(token) < 1_000

    def test_contains_no_secret(self, issuer: Issuer) -> None:
        contents = str([header_of(issuer.person.tokens.access), payload_of(issuer.person.tokens.access)])
        for secret in (*issuer.person.registration.values(), issuer.person.tokens.refresh[6:]):
            assert secret not in contents

    def test_tokens_are_unique(self, issuer: Issuer) -> None:
        first, second = payload_of(issuer.person.log_in().access), payload_of(issuer.person.log_in().access)
        assert first["jti"] != second["jti"]
        assert first["sid"] != second["sid"]

    def test_accepted_by_service_and_libraries(self, issuer: Issuer) -> None:
        for name, make in VALID.items():
            with row(name):
                token = make(issuer.forger)
                assert issuer.ask(token).status == 200
                for verify in issuer.verifiers.values():
                    assert verify(token) == payload_of(token)


@everywhere
class TestKeySet:
    def test_contains_public_key_only(self, issuer: Issuer) -> None:
        answer = httpx2.get(f"{issuer.service.url}/.well-known/jwks.json", verify=NO_TLS)
        (key,) = answer.json()["keys"]
        kind = {"ES256": {"kty": "EC", "crv": "P-256"}, "Ed25519": {"kty": "OKP", "crv": "Ed25519"}}
        numbers = {name: key[name] for name in ("x", "y") if name in key}
        assert answer.headers["content-type"] == "application/json"
        assert key == kind[issuer.algorithm] | numbers | {
            "alg": issuer.algorithm,
            "use": "sig",
            "kid": thumbprint(key),
        }

    @pytest.mark.parametrize("name", ["jwks.json", "oauth-authorization-server", "openid-configuration"])
    def test_is_cacheable(self, issuer: Issuer, name: str) -> None:
        answer = httpx2.get(f"{issuer.service.url}/.well-known/{name}", verify=NO_TLS)
        assert answer.headers.get_list("cache-control") == ["public, max-age=300"]

    def test_is_where_the_metadata_says(self, issuer: Issuer) -> None:
        # RFC 8414, section 3.3: the issuer is the address without the well-known part.
        url = f"{issuer.service.url}/.well-known/oauth-authorization-server"
        metadata = httpx2.get(url, verify=NO_TLS).json()
        assert metadata["issuer"] == issuer.service.url == payload_of(issuer.person.tokens.access)["iss"]
        assert httpx2.get(metadata["jwks_uri"], verify=NO_TLS).json()["keys"] == [issuer.forger.jwk]


class TestForgery:
    def test_is_rejected(self, issuer: Issuer) -> None:
        """R5 (CVE-2022-29217 (PyJWT), CVE-2024-33663 (python-jose), CVE-2024-37568 (Authlib); CWE-347):
        HMAC with the public key as its secret.

        R6 (CVE-2025-59420 (Authlib), CVE-2026-32597 (PyJWT); CWE-347): an unknown `crit` is passed over.

        R7 (CVE-2025-61920 (Authlib); CWE-770): a token of any size is decoded.

        R8 (CVE-2026-27932 (joserfc), CVE-2026-39373, CVE-2024-28102 (jwcrypto), CVE-2024-33664 (python-
        jose); CWE-400, CWE-409): PBES2 iterations and compression that the token chooses.

        R9 (CVE-2024-53861 (PyJWT); CWE-697): `iss` is compared by a part of it.

        R40 (CVE-2026-55672, CVE-2026-55669, GHSA-wxg7-w2v3-w38g (Zitadel); CWE-345): `aud`, `exp` or the
        client is not checked.
        """
        for name, forgery in FORGERIES.items():
            with row(name):
                token = forgery.make(issuer.forger)
                answer = issuer.ask(token)
                if answer.status == 400:
                    assert not token.isprintable()  # it was no header that can be sent
                elif len(token) > MAX_HEAD_BYTES:
                    assert answer.status == 431 or answer is HUNG_UP
                else:
                    assert_refused(answer)
                if forgery.elsewhere:
                    assert issuer.trusting(token) == []
                assert not issuer.listener.has_a_visitor

    def test_edited_signature_is_rejected(self, issuer: Issuer) -> None:
        """R39 (CVE-2026-27840 (Zitadel); CWE-345): a part of a token is taken for the token."""
        with httpx2.Client(base_url=issuer.service.url, verify=NO_TLS) as client:
            for token in islice(signature_edits(issuer.person.tokens.access), 0, None, size(7, 1)):
                answer = client.get("/users/me", headers={"Authorization": f"Bearer {token}"})
                assert answer.status_code == 401, token
                if not same_bytes(token, issuer.person.tokens.access):
                    assert issuer.trusting(token) == []


def same_bytes(one: str, other: str) -> bool:
    """Return whether two tokens differ at most in bits that base64 does not use."""
    return one[:-1] == other[:-1] and (b64_value(one) ^ b64_value(other)) < 16


def b64_value(token: str) -> int:
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".index(token[-1])


class TestAuthorizationHeader:
    @pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
    def test_scheme_ignores_case(self, issuer: Issuer, scheme: str) -> None:
        answer = get_me(issuer.service, f"{scheme} {issuer.person.tokens.access}")
        assert answer.status == 200

    @pytest.mark.parametrize("sent", [(), ("Basic YTpi",), ("Digest a=b",), ("Negotiate",)])
    def test_other_scheme_gets_bearer_challenge(self, issuer: Issuer, sent: tuple[str, ...]) -> None:
        # RFC 6750, section 3.1: no error code for a request without a bearer token.
        answer = get_me(issuer.service, *sent)
        assert (answer.status, answer.code) == (401, "no_access_token")
        assert answer.headers["www-authenticate"] == "Bearer"

    @pytest.mark.parametrize("sent", ["Bearer", "Bearer ", "bearer\t", "Bearer\t{}", "Bearer{}"])
    def test_missing_token_is_rejected(self, issuer: Issuer, sent: str) -> None:
        answer = get_me(issuer.service, sent.format(issuer.person.tokens.access))
        assert answer.status == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")

    @pytest.mark.parametrize("second", ["Bearer {}", "Bearer a.b.c", "Basic YTpi", ""])
    def test_second_header_is_rejected(self, issuer: Issuer, second: str) -> None:
        token = issuer.person.tokens.access
        for both in ([f"Bearer {token}", second.format(token)], [second.format(token), f"Bearer {token}"]):
            assert_refused(get_me(issuer.service, *both))

    def test_token_in_query_is_ignored(self, issuer: Issuer) -> None:
        url = f"{issuer.service.url}/users/me?access_token={issuer.person.tokens.access}"
        assert httpx2.get(url, verify=NO_TLS).status_code == 401

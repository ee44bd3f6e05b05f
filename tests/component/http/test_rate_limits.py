"""Guessing over HTTP: who is counted, what is answered, and that no route is left out."""

from collections.abc import Callable
from ipaddress import ip_network
from typing import Any

import httpx2
import pytest
from tests.application import A_SECRET_KEY
from tests.builders import a_registration
from tests.fakes import FakeClock, FakePasswordHasher
from tests.http_helpers import ANN, assert_problem

from fastauth.domain.clients.secret import ClientSecretCodec
from fastauth.domain.one_time_tokens.token import OneTimeTokenCodec, Purpose
from fastauth.domain.sessions.refresh_token import RefreshTokenCodec
from fastauth.entrypoints.http.middleware.client_address import MAX_HOPS, client_address
from fastauth.entrypoints.settings import Settings

PROXIES = [ip_network("127.0.0.1"), ip_network("10.0.0.0/8"), ip_network("fd00::/8")]


@pytest.fixture
def settings() -> Settings:
    return Settings(
        secret_key="the secret key of the tests, 32 bytes",  # type: ignore[arg-type]  # pydantic makes a secret of it
        rate_limits=True,
        trusted_proxies="127.0.0.1, 10.0.0.0/8",  # type: ignore[arg-type]  # pydantic reads it
    )


@pytest.fixture
async def client(client: httpx2.AsyncClient) -> httpx2.AsyncClient:
    await client.post("/users/register", json=a_registration(**ANN, fullname="Ann Lee"))
    return client


async def log_in(client: httpx2.AsyncClient, address: str, **changes: str) -> httpx2.Response:
    return await client.post("/sessions", json=ANN | changes, headers={"X-Forwarded-For": address})


class TestClientAddress:
    @pytest.mark.parametrize(
        ("peer", "forwarded_for", "address"),
        [
            ("192.0.2.1", [], "192.0.2.1"),
            ("192.0.2.1", ["198.51.100.1"], "192.0.2.1"),
            ("127.0.0.1", [], "127.0.0.1"),
            ("127.0.0.1", ["198.51.100.1"], "198.51.100.1"),
            ("::ffff:127.0.0.1", ["198.51.100.1"], "198.51.100.1"),
            ("::ffff:127.0.0.1", [], "::ffff:127.0.0.1"),
            ("127.0.0.1", ["6.6.6.6, 198.51.100.1"], "198.51.100.1"),
            ("127.0.0.1", ["6.6.6.6", "198.51.100.1"], "198.51.100.1"),
            ("127.0.0.1", ["6.6.6.6, 198.51.100.1, 10.1.2.3"], "198.51.100.1"),
            ("127.0.0.1", ["6.6.6.6,198.51.100.1,10.1.2.3 ,\t10.9.9.9"], "198.51.100.1"),
            ("127.0.0.1", ["::ffff:198.51.100.1"], "198.51.100.1"),
            ("127.0.0.1", ["2001:DB8::1"], "2001:db8::1"),
            ("fd00::2", ["2001:db8::1"], "2001:db8::1"),
            ("127.0.0.1", ["10.1.2.3"], "10.1.2.3"),
            ("127.0.0.1", ["a"], "127.0.0.1"),
            ("127.0.0.1", [""], "127.0.0.1"),
            ("127.0.0.1", ["198.51.100.1, "], "127.0.0.1"),
            ("127.0.0.1", ["198.51.100.1:4711"], "198.51.100.1"),
            ("127.0.0.1", ["198.51.100.1:_http , 10.1.2.3:443"], "198.51.100.1"),
            ("127.0.0.1", ['"[2001:db8::1]:4711"'], "2001:db8::1"),
            ("127.0.0.1", ["[2001:DB8::1]"], "2001:db8::1"),
            ("127.0.0.1", ['"198.51.100.1"'], "198.51.100.1"),
            ("127.0.0.1", ["[::ffff:198.51.100.1]:80"], "198.51.100.1"),
            ("127.0.0.1", ["fe80::1%eth0"], "fe80::1"),
            ("127.0.0.1", ["2001:db8::1\t"], "2001:db8::1"),
            ("127.0.0.1", ['9.9.9.9, ", 198.51.100.1:4711'], "198.51.100.1"),
            ("127.0.0.1", ["198.51.100.1:port"], "127.0.0.1"),
            ("127.0.0.1", ["198.51.100.1:471100"], "127.0.0.1"),
            ("127.0.0.1", ["[198.51.100.1"], "127.0.0.1"),
            ("127.0.0.1", ["010.0.0.1"], "127.0.0.1"),
            ("127.0.0.1", ["198.51.100.1, unknown"], "127.0.0.1"),
            ("127.0.0.1", ["198.51.100.1, _hidden, 10.1.2.3"], "10.1.2.3"),
            ("127.0.0.1", ["unknown, 10.1.2.3"], "10.1.2.3"),
            ("127.0.0.1", ["198.51.100.1, x y, 10.1.2.3"], "10.1.2.3"),
            ("127.0.0.1", ["for=198.51.100.1"], "127.0.0.1"),
            ("127.0.0.1", ["198.51.100.1; 198.51.100.2"], "127.0.0.1"),
            ("", ["198.51.100.1"], ""),
            ("127.0.0.1", [", ".join(["198.51.100.1"] + ["10.1.2.3"] * (MAX_HOPS - 1))], "198.51.100.1"),
            ("127.0.0.1", [", ".join(["198.51.100.1"] + ["10.1.2.3"] * MAX_HOPS)], "10.1.2.3"),
            ("127.0.0.1", ["[2001:db8::1%" + "e" * 103 + "]:65535"], "2001:db8::1"),
            ("127.0.0.1", ["[2001:db8::1%" + "e" * 200 + "]:65535"], "127.0.0.1"),
            ("127.0.0.1", [", ".join(["10.1.2.3"] * 500 + ["198.51.100.1"])], "198.51.100.1"),
        ],
    )
    def test_last_address_before_trusted_proxies(
        self, peer: str, forwarded_for: list[str], address: str
    ) -> None:
        """R32: `X-Forwarded-For` that cannot be read, or that the client wrote, loosens a limit.

        CVE-2024-47070, CVE-2023-36456 (authentik); CWE-348.
        """
        assert client_address(peer, forwarded_for, PROXIES) == address

    def test_peer_without_trusted_proxies(self) -> None:
        assert client_address("127.0.0.1", ["198.51.100.1"], []) == "127.0.0.1"

    @pytest.mark.parametrize("header", ["Forwarded", "X-Real-IP", "X-Client-IP", "CF-Connecting-IP"])
    async def test_other_headers_are_ignored(self, client: httpx2.AsyncClient, header: str) -> None:
        for number in range(10):
            answer = await client.post("/sessions", json=ANN | {"username": "b"}, headers={header: "1.1.1.1"})
            assert answer.status_code == 401, number
        answer = await client.post("/sessions", json=ANN, headers={header: "2.2.2.2"})
        assert_problem(answer, 429, "too_many_attempts")

    async def test_malformed_header_means_the_proxy(self, client: httpx2.AsyncClient) -> None:
        """R32: `X-Forwarded-For` that cannot be read, or that the client wrote, loosens a limit.

        CVE-2024-47070, CVE-2023-36456 (authentik); CWE-348.
        """
        for number in range(10):
            assert (await log_in(client, f"x{number}", username="b")).status_code == 401
        assert_problem(await log_in(client, "y"), 429, "too_many_attempts")

    async def test_session_shows_it(self, client: httpx2.AsyncClient) -> None:
        tokens = (await log_in(client, "6.6.6.6, 2001:DB8::1")).json()
        bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
        (session,) = (await client.get("/sessions", headers=bearer)).json()
        assert session["address"] == "2001:db8::1"


class TestLogIn:
    async def test_network_limit_has_retry_after(self, client: httpx2.AsyncClient, clock: FakeClock) -> None:
        for number in range(10):
            answer = await log_in(client, "192.0.2.1", username=f"user{number}")
            assert_problem(answer, 401, "invalid_credentials")
            assert "retry-after" not in answer.headers
        answer = await log_in(client, "192.0.2.1")
        assert_problem(answer, 429, "too_many_attempts")
        assert answer.headers["retry-after"] == "6"
        clock.advance(seconds=6)
        assert (await log_in(client, "192.0.2.1")).status_code == 201

    async def test_limited_account_gets_the_same_response(self, client: httpx2.AsyncClient) -> None:
        answers = [await log_in(client, f"192.0.2.{number}", password="x") for number in range(5)]
        answers += [await log_in(client, "192.0.2.9"), await log_in(client, "192.0.2.9", username="nobody")]
        assert {(answer.status_code, answer.content) for answer in answers} == {(401, answers[0].content)}

    async def test_known_device_is_not_limited_with_others(self, client: httpx2.AsyncClient) -> None:
        token = (await log_in(client, "192.0.2.1")).json()["device_token"]
        for number in range(20):
            await log_in(client, f"192.0.2.{number}", password="x")
        assert (await log_in(client, "192.0.2.1")).status_code == 401
        again = await log_in(client, "192.0.2.1", device_token=token)
        assert (again.status_code, again.json()["device_token"]) == (201, token)

    @pytest.mark.parametrize("token", [1, [], {}, True])
    async def test_device_token_of_wrong_type_is_422(self, client: httpx2.AsyncClient, token: object) -> None:
        answer = await client.post("/sessions", json=ANN | {"device_token": token})
        assert_problem(answer, 422, "invalid_input")
        assert [each["pointer"] for each in answer.json()["errors"]] == ["/device_token"]

    @pytest.mark.parametrize("token", [None, "", "x", "fa_dev_", "fa_dev_" + "é" * 64])
    async def test_invalid_device_token_is_ignored(
        self, client: httpx2.AsyncClient, token: str | None
    ) -> None:
        answer = await client.post("/sessions", json=ANN | {"device_token": token})
        assert answer.status_code == 201


class TestRegistration:
    async def test_network_limit_has_retry_after(self, client: httpx2.AsyncClient) -> None:
        header = {"X-Forwarded-For": "192.0.2.1"}
        for _ in range(20):
            answer = await client.post("/users/register", json=a_registration(), headers=header)
            assert answer.status_code == 201
        answer = await client.post("/users/register", json=a_registration(), headers=header)
        assert_problem(answer, 429, "too_many_attempts")
        assert answer.headers["retry-after"] == "3"


# What a route reads that opens something. Every route that has one of these in its body is either
# guarded, or reads a secret that cannot be guessed.
CREDENTIALS = {
    "password",
    "current_password",
    "refresh_token",
    "token",
    "identifier",
    "challenge",
    "client_secret",
}
UNGUESSABLE = {
    "/invitations/accept",
    "/oauth/introspect",
    "/oauth/revoke",
    "/oauth/token",  # refusals are counted all the same: test_oauth_token.py
    "/sessions/refresh",
    "/password-resets/complete",
    "/users/keep",
    "/users/me/invitations/accept",
    "/users/me/email/verify",
    "/users/me/email/undo",
    "/users/me/passkeys",
    "/users/register/passkey",
    "/sessions/second-factor/passkey",
}
COUNTED = {"/sessions/second-factor"}
"""Five codes for each challenge, and twenty in a row: see tests/unit/second_factors/test_log_in.py."""
LEAST_BITS = 128  # OWASP ASVS 5.0, 7.2.3

Guess = Callable[[httpx2.AsyncClient, str], Any]


async def guess_at_log_in(client: httpx2.AsyncClient, _access_token: str) -> httpx2.Response:
    return await client.post("/sessions", json=ANN | {"password": "x"})


async def guess_at_password_change(client: httpx2.AsyncClient, access_token: str) -> httpx2.Response:
    body = {"current_password": "x", "new_password": "another"}
    bearer = {"Authorization": f"Bearer {access_token}"}
    return await client.put("/users/me/password", json=body, headers=bearer)


async def guess_at_step_up(client: httpx2.AsyncClient, access_token: str) -> httpx2.Response:
    bearer = {"Authorization": f"Bearer {access_token}"}
    return await client.post("/sessions/current/step-up", json={"password": "x"}, headers=bearer)


async def guess_at_names(client: httpx2.AsyncClient, _access_token: str) -> httpx2.Response:
    return await client.post("/users/register", json=a_registration(username="ann"))


async def guess_at_accounts(client: httpx2.AsyncClient, _access_token: str) -> httpx2.Response:
    return await client.post("/password-resets", json={"identifier": "ann"})


async def guess_at_passkeys(client: httpx2.AsyncClient, _access_token: str) -> httpx2.Response:
    return await client.post("/sessions/passkey", json={"token": "fa_wg_none", "credential": {}})


GUARDED: dict[str, Guess] = {
    "/password-resets": guess_at_accounts,
    "/sessions": guess_at_log_in,
    "/sessions/current/step-up": guess_at_step_up,
    "/sessions/passkey": guess_at_passkeys,
    "/users/me/password": guess_at_password_change,
    "/users/register": guess_at_names,
}


class TestEveryRoute:
    def test_credentials_are_limited_or_random(self, openapi_document: dict[str, Any]) -> None:
        """R19 (CVE-2026-9798, CVE-2026-16103 (Keycloak); CWE-307): a way to tokens that the limits do not
        cover.

        R27 (CVE-2022-24857 (django-mfa3); CWE-288): a second way to log in with fewer checks.
        """
        schemas = openapi_document["components"]["schemas"]
        taking = set()
        for path, operations in openapi_document["paths"].items():
            for operation in operations.values():
                for media in operation.get("requestBody", {}).get("content", {}).values():
                    name = media["schema"].get("$ref", "").rpartition("/")[2]
                    if CREDENTIALS & set(schemas.get(name, media["schema"]).get("properties", {})):
                        taking.add(path)
        assert taking == GUARDED.keys() | UNGUESSABLE | COUNTED

    def test_unlimited_credentials_have_128_random_bits(self) -> None:
        tokens = {RefreshTokenCodec(A_SECRET_KEY).issue().text[6:49] for _ in range(1_000)}
        codec = OneTimeTokenCodec(A_SECRET_KEY)
        tokens |= {codec.issue(purpose).text[6:] for purpose in Purpose for _ in range(1_000)}
        secrets = ClientSecretCodec(A_SECRET_KEY)
        tokens |= {secrets.issue().text[6:] for _ in range(1_000)}
        assert len(tokens) == 1_000 * (2 + len(Purpose))
        assert {len(token) for token in tokens} == {43}
        assert LEAST_BITS <= 43 * 6 - 2

    @pytest.mark.parametrize("path", GUARDED)
    async def test_guesses_are_limited_with_retry_after(
        self, client: httpx2.AsyncClient, hasher: FakePasswordHasher, path: str
    ) -> None:
        access_token = (await log_in(client, "192.0.2.1")).json()["access_token"]
        looked_at = hasher.verified - hasher.dummies
        answers = [await GUARDED[path](client, access_token) for _ in range(60)]
        assert hasher.verified - hasher.dummies - looked_at <= 10
        limited = [answer for answer in answers if answer.status_code == 429]
        assert limited
        for answer in limited:
            assert_problem(answer, 429, "too_many_attempts")
            assert int(answer.headers["retry-after"]) >= 1
        assert {answer.status_code for answer in answers} <= {202, 401, 403, 409, 429}

    async def test_right_password_beyond_the_limit_is_rejected(
        self, client: httpx2.AsyncClient, clock: FakeClock
    ) -> None:
        """R19: a way to tokens that the limits do not cover.

        CVE-2026-9798, CVE-2026-16103 (Keycloak); CWE-307.
        """
        access_token = (await log_in(client, "192.0.2.1")).json()["access_token"]
        for _ in range(12):
            assert (await guess_at_password_change(client, access_token)).status_code == 403
        right = {"current_password": "sntsh", "new_password": "another"}
        bearer = {"Authorization": f"Bearer {access_token}"}
        answer = await client.put("/users/me/password", json=right, headers=bearer)
        assert_problem(answer, 403, "wrong_password")  # though the session began before the limit

        for number in range(100):
            assert (await log_in(client, f"198.51.100.{number}", password="x")).status_code == 401
            clock.advance(minutes=15)
        assert_problem(await log_in(client, "203.0.113.1"), 401, "invalid_credentials")

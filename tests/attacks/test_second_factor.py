"""Ways round the second factor of an account, over the whole API."""

from typing import Any

import httpx2
import pytest
from tests.builders import a_registration
from tests.factor_helpers import enrol
from tests.fakes import FakePasswordHasher
from tests.mail_helpers import a_verified_address, deliver, token_of

from fastauth.domain.accounts.user import UserId
from fastauth.domain.second_factors.totp import step_of
from fastauth.domain.second_factors.totp_secret import TotpSecret
from fastauth.entrypoints.container import Container

ANN = {"username": "ann", "password": "sntsh"}
NEW = "a new password"
MAILBOX = "ann@example.com"

GIVE_TOKENS = {
    "POST /api-keys/token": "a token without a session, which needed a step-up when its key was made",
    "POST /oauth/token": "a token of a client, which is no account",
    "POST /sessions": "a challenge in place of tokens",
    "POST /sessions/second-factor": "by a second factor",
    "POST /sessions/refresh": "at the level of the session",
    "POST /sessions/exchange": "at the level of the session on the pages",
    "POST /sessions/current/step-up": "by a second factor",
    "POST /sessions/passkey": "a passkey that verified its user is two factors",
}
"""Every route that answers with tokens, and what an account with a second factor gets there."""


@pytest.fixture
async def before(client: httpx2.AsyncClient) -> dict[str, Any]:
    """The tokens of a session of Ann from before she had a second factor."""
    await client.post("/users/register", json=a_registration(**ANN))
    tokens: dict[str, Any] = (await client.post("/sessions", json=ANN)).json()
    return tokens


@pytest.fixture
async def secret(container: Container, before: dict[str, Any]) -> TotpSecret:
    """The TOTP secret of Ann."""
    assert before
    await a_verified_address(container, "ann", MAILBOX)
    return (await enrol(container, UserId(1)))[0]


def code_of(container: Container, secret: TotpSecret) -> str:
    return container.totp_codes().code_at(secret, step_of(container.clock().now()))


async def challenge_for(client: httpx2.AsyncClient, password: str = ANN["password"]) -> str:
    answer = await client.post("/sessions", json=ANN | {"password": password})
    assert answer.status_code == 202
    assert set(answer.json()) == {"challenge", "methods", "expires_in"}
    assert "set-cookie" not in answer.headers
    return str(answer.json()["challenge"])


async def level_of(container: Container, access_token: str) -> str:
    claims = await container.access_tokens().verify(access_token)
    return claims.acr


class TestEveryRoute:
    def test_that_gives_tokens_is_known(self, openapi_document: dict[str, Any]) -> None:
        """R25 (CVE-2025-64103 (Zitadel), GHSA-xg6x-h9c9-2m83 (better-auth), CVE-2024-45042 (Kratos);
        CWE-287): the second factor is skipped.
        """
        schemas = openapi_document["components"]["schemas"]
        giving = set()
        for path, operations in openapi_document["paths"].items():
            for method, operation in operations.items():
                for status, answer in operation["responses"].items():
                    schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
                    properties = schemas.get(schema.get("$ref", "").rpartition("/")[2], {}).get(
                        "properties", {}
                    )
                    if status.startswith("2") and "access_token" in properties:
                        giving.add(f"{method.upper()} {path}")
        assert giving == GIVE_TOKENS.keys()

    async def test_that_takes_a_password_does_not_skip_the_factor(
        self, client: httpx2.AsyncClient, container: Container, secret: TotpSecret
    ) -> None:
        """R25 (CVE-2025-64103 (Zitadel), GHSA-xg6x-h9c9-2m83 (better-auth), CVE-2024-45042 (Kratos);
        CWE-287): the second factor is skipped, by a reset, by the address, or on a known device.
        """
        challenge = await challenge_for(client)
        body = {"challenge": challenge, "method": "totp", "code": code_of(container, secret)}
        tokens = (await client.post("/sessions/second-factor", json=body)).json()
        assert await level_of(container, tokens["access_token"]) == "aal2"
        by_address = {"username": MAILBOX, "password": ANN["password"]}
        for credentials in (by_address, ANN | {"device_token": tokens["device_token"]}):
            assert (await client.post("/sessions", json=credentials)).status_code == 202
        await client.post("/password-resets", json={"identifier": "ann"})
        reset = {"token": token_of("fa_pr_", await deliver(container)), "new_password": NEW}
        answer = await client.post("/password-resets/complete", json=reset)
        assert (answer.status_code, answer.content) == (204, b"")
        await challenge_for(client, NEW)

    async def test_of_a_session_keeps_its_level(
        self, client: httpx2.AsyncClient, container: Container, before: dict[str, Any], secret: TotpSecret
    ) -> None:
        """A session from before the factor gets no level by a refresh, nor by its password."""
        assert secret
        answer = await client.post("/sessions/refresh", json={"refresh_token": before["refresh_token"]})
        tokens = answer.json()
        assert await level_of(container, tokens["access_token"]) == "aal1"
        bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
        for refused in (
            await client.post(
                "/sessions/current/step-up", json={"password": ANN["password"]}, headers=bearer
            ),
            await client.put("/users/me/email", json={"email": "eve@example.com"}, headers=bearer),
            await client.delete("/users/me/email", headers=bearer),
            await client.delete("/users/me/totp", headers=bearer),
            await client.post("/users/me/recovery-codes", headers=bearer),
        ):
            assert (refused.status_code, refused.json()["code"]) == (401, "step_up_required")
            assert 'acr_values="aal2 phr"' in refused.headers["www-authenticate"]


class TestChallenge:
    async def test_opens_nothing_else(
        self, client: httpx2.AsyncClient, secret: TotpSecret, openapi_document: dict[str, Any]
    ) -> None:
        """R26 (CVE-2022-42731 (django-mfa2), CVE-2025-46815 (Zitadel); CWE-294): a challenge is taken
        where another token is due, on every route that takes one.
        """
        assert secret
        challenge = await challenge_for(client)
        bodies = {
            "refresh_token": challenge,
            "token": challenge,
            "code": challenge,
            "code_verifier": "A" * 43,
            "new_password": NEW,
            "password": challenge,
            "username": "ann",
            "credential": {},
        }
        for path, operations in openapi_document["paths"].items():
            for method in operations:
                if path in {"/sessions/second-factor", "/sessions/second-factor/passkey"}:
                    continue
                answer = await client.request(
                    method.upper(),
                    path.replace("{session_id}", "0" * 32).replace("{id}", "1"),
                    json=None if method == "get" else bodies,
                    headers={"Authorization": f"Bearer {challenge}"},
                )
                assert "access_token" not in answer.text, (method, path)
        assert await challenge_for(client)

    async def test_has_one_answer_for_every_refusal(
        self, client: httpx2.AsyncClient, container: Container, secret: TotpSecret
    ) -> None:
        """R23 (CVE-2025-6014, CVE-2025-6015 (Vault), CVE-2025-55000, CVE-2025-55003 (OpenBao); CWE-294): a
        one-time password works twice.
        """
        code, used, fresh = (
            code_of(container, secret),
            await challenge_for(client),
            await challenge_for(client),
        )
        good = {"challenge": used, "method": "totp", "code": code}
        assert (await client.post("/sessions/second-factor", json=good)).status_code == 201
        refusals = [
            await client.post("/sessions/second-factor", json=body)
            for body in (
                good,
                good | {"challenge": fresh},
                good | {"challenge": "fa_mf_" + "A" * 43},
                good | {"challenge": fresh, "method": "recovery_code"},
            )
        ]
        assert {answer.status_code for answer in refusals} == {401}
        assert len({answer.content for answer in refusals}) == 1

    async def test_body_names_the_field_and_the_rule(self, client: httpx2.AsyncClient) -> None:
        wrong = {
            "/challenge": {"method": "totp", "code": "123456"},
            "/method": {"challenge": "fa_mf_none", "method": "sms", "code": "123456"},
            "/code": {"challenge": "fa_mf_none", "method": "totp"},
        }
        for pointer, body in wrong.items():
            answer = await client.post("/sessions/second-factor", json=body)
            assert answer.status_code == 422
            assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]


class TestWrongPassword:
    async def test_does_not_reveal_the_second_factor(
        self, client: httpx2.AsyncClient, hasher: FakePasswordHasher, secret: TotpSecret
    ) -> None:
        """The answer and the number of hashes are those of an account without one, and of none."""
        assert secret
        await client.post("/users/register", json=a_registration(username="eve"))
        answers, hashes = [], []
        for name in ("ann", "eve", "nobody"):
            before = hasher.verified
            answers.append(await client.post("/sessions", json={"username": name, "password": "wrong"}))
            hashes.append(hasher.verified - before)
        assert {answer.status_code for answer in answers} == {401}
        assert len({answer.content for answer in answers}) == 1
        assert len({frozenset(answer.headers) for answer in answers}) == 1
        assert hashes == [1, 1, 1]

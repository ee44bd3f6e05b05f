"""``POST /sessions/exchange``."""

import httpx2
import pytest
from dependency_injector.providers import Object
from tests.http_helpers import TokenPair, assert_problem, bearer
from tests.login_code_helpers import CHALLENGE, FRONT_END, VERIFIER

from fastauth.domain.login_codes.code_challenge import CodeChallenge
from fastauth.domain.login_codes.return_urls import ReturnUrls
from fastauth.entrypoints.container import Container


@pytest.fixture
async def code(container: Container, tokens: TokenPair) -> str:
    container.return_urls.override(Object(ReturnUrls(frozenset({FRONT_END}))))
    caller = await container.authenticate()(access_token=tokens["access_token"])
    url = await container.issue_login_code()(
        caller=caller, return_to=FRONT_END, challenge=CodeChallenge(CHALLENGE)
    )
    return url.partition("?code=")[2]


class TestExchange:
    async def test_code_gives_the_tokens_of_a_session(
        self, client: httpx2.AsyncClient, code: str, tokens: TokenPair
    ) -> None:
        body = {"code": code, "code_verifier": VERIFIER}
        answer = await client.post("/sessions/exchange", json=body, headers={"User-Agent": "front end"})
        assert answer.status_code == 201
        assert answer.json().keys() == {"access_token", "token_type", "expires_in", "refresh_token"}
        sessions = (await client.get("/sessions", headers=bearer(answer.json()))).json()
        assert {each["user_agent"] == "front end": each["current"] for each in sessions} == {
            True: True,
            False: False,
        }
        assert (await client.get("/users/me", headers=bearer(tokens))).status_code == 200
        assert_problem(await client.post("/sessions/exchange", json=body), 401, "invalid_code")

    async def test_answers_alike_whatever_is_wrong(self, client: httpx2.AsyncClient, code: str) -> None:
        answers = {
            (await client.post("/sessions/exchange", json={"code": given, "code_verifier": verifier})).text
            for given, verifier in (("fa_lc_x", VERIFIER), ("", ""), (code, "x" * 43), (code, VERIFIER))
        }
        assert len(answers) == 1

    async def test_both_fields_are_needed(self, client: httpx2.AsyncClient, code: str) -> None:
        for body in ({"code": code}, {"code_verifier": VERIFIER}, {"code": code, "code_verifier": 1}):
            assert_problem(await client.post("/sessions/exchange", json=body), 422, "invalid_input")

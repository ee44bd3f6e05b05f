"""Resets of forgotten passwords over HTTP."""

import httpx2
import pytest
from tests.fakes import FakeStorage
from tests.http_helpers import ANN, TokenPair, assert_problem, bearer
from tests.mail_helpers import a_verified_address, deliver, token_of

from fastauth.entrypoints.container import Container
from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.settings.mail import MailMode

pytestmark = pytest.mark.usefixtures("ann")
ADDRESS = "ann@example.com"


async def a_reset(client: httpx2.AsyncClient, container: Container) -> str:
    """Give Ann an address, ask for a reset, and return the token of the mail."""
    await a_verified_address(container, "ann", ADDRESS)
    assert (await client.post("/password-resets", json={"identifier": "ann"})).status_code == 202
    return token_of("fa_pr_", await deliver(container))


class TestRequest:
    @pytest.mark.parametrize("identifier", ["ann", ADDRESS, "nobody", "", "\0", "x" * 254])
    async def test_is_accepted_whatever_was_typed(self, client: httpx2.AsyncClient, identifier: str) -> None:
        answer = await client.post("/password-resets", json={"identifier": identifier})
        assert (answer.status_code, answer.content) == (202, b"{}")

    @pytest.mark.parametrize(
        ("body", "code"),
        [({}, "missing"), ({"identifier": 1}, "not_a_string"), ({"identifier": "x" * 255}, "too_long")],
    )
    async def test_must_have_an_identifier(
        self, client: httpx2.AsyncClient, body: dict[str, object], code: str
    ) -> None:
        answer = await client.post("/password-resets", json=body)
        assert_problem(answer, 422, "invalid_input")
        assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [
            ("/identifier", code)
        ]


class TestComplete:
    async def test_replaces_the_password(
        self, client: httpx2.AsyncClient, container: Container, tokens: TokenPair
    ) -> None:
        body = {"token": await a_reset(client, container), "new_password": "another"}
        answer = await client.post("/password-resets/complete", json=body)
        assert (answer.status_code, answer.content) == (204, b"")
        assert_problem(await client.get("/users/me", headers=bearer(tokens)), 401, "invalid_token")
        assert_problem(await client.post("/sessions", json=ANN), 401, "invalid_credentials")
        assert (await client.post("/sessions", json=ANN | {"password": "another"})).status_code == 201
        again = await client.post("/password-resets/complete", json=body)
        assert_problem(again, 401, "invalid_link")
        assert again.headers["www-authenticate"] == "Bearer"

    async def test_names_what_is_wrong_with_the_password(
        self, client: httpx2.AsyncClient, container: Container
    ) -> None:
        body = {"token": await a_reset(client, container), "new_password": ""}
        answer = await client.post("/password-resets/complete", json=body)
        assert_problem(answer, 422, "invalid_input")
        assert [each["pointer"] for each in answer.json()["errors"]] == ["/new_password"]
        body["new_password"] = "another"
        assert (await client.post("/password-resets/complete", json=body)).status_code == 204


class TestWithoutMail:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"mail": MailMode.OFF})

    async def test_is_not_offered(self, client: httpx2.AsyncClient, tokens: TokenPair) -> None:
        for method, path, body in (
            ("POST", "/password-resets", {"identifier": "ann"}),
            ("POST", "/password-resets/complete", {"token": "x", "new_password": "another"}),
            ("PUT", "/users/me/email", {"email": ADDRESS}),
            ("POST", "/users/me/email/resend", None),
            ("POST", "/users/me/email/verify", {"token": "x"}),
            ("POST", "/users/me/email/undo", {"token": "x"}),
            ("DELETE", "/users/me/email", None),
        ):
            answer = await client.request(method, path, json=body, headers=bearer(tokens))
            assert_problem(answer, 404, "not_offered")

    async def test_queues_no_notice(self, container: Container, storage: FakeStorage) -> None:
        await a_verified_address(container, "ann", ADDRESS)
        await container.set_password()(username="ann", password="another")
        assert storage.outbox == {}

"""The caller's e-mail address over HTTP."""

import httpx2
import pytest
from tests.fakes import FakeClock
from tests.http_helpers import TokenPair, assert_problem, bearer
from tests.mail_helpers import deliver, token_of

from fastauth.entrypoints.container import Container

pytestmark = pytest.mark.usefixtures("ann")
ADDRESS = {"email": "ann@example.com"}


class TestAddress:
    async def test_is_added_verified_changed_undone_and_removed(
        self, client: httpx2.AsyncClient, container: Container, tokens: TokenPair
    ) -> None:
        headers = bearer(tokens)
        answer = await client.put("/users/me/email", json=ADDRESS, headers=headers)
        assert (answer.status_code, answer.content) == (202, b"{}")
        token = {"token": token_of("fa_ev_", await deliver(container))}
        assert_problem(await client.post("/users/me/email/verify", json=token), 401, "no_access_token")
        verified = await client.post("/users/me/email/verify", json=token, headers=headers)
        assert verified.status_code == 200
        assert verified.json() == {"address": "ann@example.com", "verified_at": "2026-11-22T12:00:00Z"}
        again = await client.post("/users/me/email/verify", json=token, headers=headers)
        assert_problem(again, 401, "invalid_link")

        await client.put("/users/me/email", json={"email": "new@example.com"}, headers=headers)
        resent = await client.post("/users/me/email/resend", headers=headers)
        assert (resent.status_code, resent.content) == (202, b"{}")
        token = {"token": token_of("fa_ec_", (await deliver(container))[-1:])}
        assert (await client.post("/users/me/email/verify", json=token, headers=headers)).status_code == 200

        undo = {"token": token_of("fa_eu_", await deliver(container))}
        assert (await client.post("/users/me/email/undo", json=undo)).status_code == 204
        assert_problem(await client.post("/users/me/email/undo", json=undo), 401, "invalid_link")
        assert_problem(await client.delete("/users/me/email", headers=headers), 401, "invalid_token")

    async def test_of_another_account_is_taken(
        self, client: httpx2.AsyncClient, container: Container, tokens: TokenPair
    ) -> None:
        bob = {"username": "bob", "password": "sntsh", "fullname": "Bob"}
        await client.post("/users/register", json=bob)
        others = bearer((await client.post("/sessions", json=bob)).json())
        links = []
        for headers in (bearer(tokens), others):
            await client.put("/users/me/email", json=ADDRESS, headers=headers)
            links.append({"token": token_of("fa_ev_", await deliver(container))})
        first = await client.post("/users/me/email/verify", json=links[0], headers=bearer(tokens))
        assert first.status_code == 200
        second = await client.post("/users/me/email/verify", json=links[1], headers=others)
        assert_problem(second, 409, "email_taken")

    async def test_changes_after_a_step_up(
        self, client: httpx2.AsyncClient, tokens: TokenPair, clock: FakeClock
    ) -> None:
        clock.advance(minutes=10, seconds=1)
        body = {"refresh_token": tokens["refresh_token"]}
        headers = bearer((await client.post("/sessions/refresh", json=body)).json())
        refused = await client.put("/users/me/email", json=ADDRESS, headers=headers)
        assert_problem(refused, 401, "step_up_required")
        wrong = await client.post("/sessions/current/step-up", json={"password": "x"}, headers=headers)
        assert_problem(wrong, 403, "wrong_password")
        answer = await client.post("/sessions/current/step-up", json={"password": "sntsh"}, headers=headers)
        assert answer.status_code == 200
        assert answer.json().keys() == {"access_token", "token_type", "expires_in"}
        changed = await client.put("/users/me/email", json=ADDRESS, headers=bearer(answer.json()))
        assert changed.status_code == 202

    async def test_changes_after_a_recent_log_in_alone(
        self, client: httpx2.AsyncClient, tokens: TokenPair, clock: FakeClock
    ) -> None:
        clock.advance(minutes=10, seconds=1)
        body = {"refresh_token": tokens["refresh_token"]}
        headers = bearer((await client.post("/sessions/refresh", json=body)).json())
        for answer in (
            await client.put("/users/me/email", json=ADDRESS, headers=headers),
            await client.delete("/users/me/email", headers=headers),
        ):
            assert_problem(answer, 401, "step_up_required")
            assert answer.headers["www-authenticate"] == (
                'Bearer error="insufficient_user_authentication",'
                ' error_description="Authenticate again: this needs a recent authentication", max_age="600"'
            )

    async def test_is_removed(
        self, client: httpx2.AsyncClient, container: Container, tokens: TokenPair
    ) -> None:
        answer = await client.delete("/users/me/email", headers=bearer(tokens))
        assert (answer.status_code, answer.content) == (204, b"")

    @pytest.mark.parametrize("email", ["", "ann", "a b@example.com", "x" * 300, "\r\nBcc: x@example.com"])
    async def test_that_is_none_is_refused(
        self, client: httpx2.AsyncClient, tokens: TokenPair, email: str
    ) -> None:
        answer = await client.put("/users/me/email", json={"email": email}, headers=bearer(tokens))
        assert_problem(answer, 422, "invalid_input")
        assert [each["pointer"] for each in answer.json()["errors"]] == ["/email"]

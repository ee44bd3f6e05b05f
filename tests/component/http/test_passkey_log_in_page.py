"""Passkeys on the pages of the log-in: alone, as a second factor, and in a step-up."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from tests.fakes import FakeClock, FakeStorage
from tests.harness.authenticator import Authenticator
from tests.http_helpers import TokenPair
from tests.page_helpers import CREDENTIALS, FROM_HERE, Browser, Page

from fastauth.entrypoints.container import Container
from fastauth.entrypoints.settings import Settings

PATH, SECOND, AGAIN = "/log-in/passkey", "/log-in/second-factor/passkey", "/log-in/again/passkey"
SESSION = "__Host-fa_session"


@dataclass
class Owner:
    """Ann's browser, with an authenticator that has her passkey."""

    browser: Browser
    authenticator: Authenticator

    async def ceremony(self, path: str, **form: str) -> dict[str, Any]:
        """Do what the script does: return the fields of the form with the answer of the authenticator."""
        answer = await self.browser.post(f"{path}/options", **form)
        assert answer.status_code == 200, answer.text
        assert answer.headers["cache-control"] == "no-store"
        begun = answer.json()
        credential = json.dumps(self.authenticator.get(begun["options"]))
        return form | {"token": begun["token"], "credential": credential}


@pytest.fixture
async def owner(client: httpx2.AsyncClient, container: Container, tokens: TokenPair) -> Owner:
    authenticator = Authenticator()
    caller = await container.authenticate()(access_token=tokens["access_token"])
    begun = await container.begin_passkey()(caller=caller)
    credential = authenticator.create(begun.options)
    await container.add_passkey()(caller=caller, token=begun.token, credential=credential)
    return Owner(Browser(client), authenticator)


class TestLogIn:
    async def test_starts_the_session(self, owner: Owner, storage: FakeStorage) -> None:
        form = await owner.ceremony(PATH, next="/account/passkeys")
        answer = await owner.browser.post(PATH, **form)
        assert (answer.status_code, answer.headers["location"]) == (303, "/account/passkeys")
        assert set(owner.browser.cookies) == {SESSION, "__Host-fa_device"}
        *_, session = storage.sessions.values()
        assert "user" in session.methods

    async def test_answer_works_once(self, owner: Owner) -> None:
        form = await owner.ceremony(PATH, next="")
        assert (await owner.browser.post(PATH, **form)).status_code == 303
        again = Browser(owner.browser.client)
        page = await again.send(PATH, **form)
        assert (page.status, "This passkey was not accepted" in page.error) == (401, True)
        assert page.title == "Log in"
        assert "aria-invalid" not in page.input("username")
        assert again.cookies == {}

    async def test_malformed_answers(self, owner: Owner) -> None:
        form = await owner.ceremony(PATH, next="")
        for credential in (
            "",
            "x",
            "[]",
            "{}",
            "null",
            '{"id": 1}',
            '{"a":1,"a":2}',
            "{" * 4_000,
            "\ud7ff\0",
        ):
            page = await owner.browser.send(PATH, **(form | {"credential": credential}))
            assert (page.status, "This passkey was not accepted" in page.error) == (401, True), credential[
                :40
            ]

    async def test_page_has_the_form_of_the_script(self, owner: Owner) -> None:
        page = await owner.browser.open("/log-in?next=/account/sessions")
        (form,) = [each for each in page.of("form") if "data-passkey" in each]
        assert (form["action"], form["data-options"], form["data-passkey"]) == (
            PATH,
            f"{PATH}/options",
            "get",
        )
        assert int(form["data-autofill"] or 0) < 300, "before the options expire"
        assert "hidden" in form, "without a script there is no passkey"

    async def test_options_name_no_account(self, owner: Owner) -> None:
        answer = await owner.browser.post(f"{PATH}/options", next="", username="ann")
        assert not answer.json()["options"].get("allowCredentials")


class TestSecondFactor:
    async def test_completes_the_log_in(self, owner: Owner) -> None:
        page = await owner.browser.send("/log-in", **CREDENTIALS, next="/account/sessions")
        (form,) = [each for each in page.of("form") if "data-passkey" in each]
        assert form["action"] == SECOND
        hidden = {
            str(each["name"]): each["value"] or "" for each in page.of("input") if each["name"] == "challenge"
        }
        sent = hidden | {"next": "/account/sessions", "methods": "passkey recovery_code"}
        answer = await owner.browser.post(SECOND, **await owner.ceremony(SECOND, **sent))
        assert (answer.status_code, answer.headers["location"]) == (303, "/account/sessions")

    async def test_refusal_shows_the_form_again(self, owner: Owner) -> None:
        page = await owner.browser.send("/log-in", **CREDENTIALS)
        challenge = str(next(each["value"] for each in page.of("input") if each["name"] == "challenge"))
        sent = {"challenge": challenge, "next": "", "methods": "passkey recovery_code"}
        refused = await owner.browser.send(SECOND, **sent, credential="{}")
        assert (refused.status, "That did not fit" in refused.error) == (401, True)
        answer = await owner.browser.post(SECOND, **await owner.ceremony(SECOND, **sent))
        assert answer.status_code == 303

    async def test_options_need_a_challenge(self, owner: Owner) -> None:
        for challenge in ("", "fa_mf_" + "A" * 43):
            answer = await owner.browser.post(f"{SECOND}/options", challenge=challenge)
            assert answer.status_code == 401


class TestStepUp:
    async def test_requires_the_passkey_alone_and_renews_the_cookie(
        self, owner: Owner, clock: FakeClock
    ) -> None:
        """A session without a password cannot be made fresh by a recovery code."""
        browser = owner.browser
        await browser.post(PATH, **await owner.ceremony(PATH, next=""))
        clock.advance(timedelta(hours=1))
        page = await browser.open("/log-in/again?next=/account/passkeys")
        assert {each["action"] for each in page.of("form")} == {AGAIN}
        former = browser.cookies[SESSION]
        sent = {"csrf_token": str(page.value("csrf_token")), "next": "/account/passkeys"}
        answer = await browser.post(AGAIN, **await owner.ceremony(AGAIN, **sent))
        assert (answer.status_code, answer.headers["location"]) == (303, "/account/passkeys")
        assert browser.cookies[SESSION] != former

    async def test_needs_the_token_of_the_session(self, owner: Owner) -> None:
        await owner.browser.post(PATH, **await owner.ceremony(PATH, next=""))
        for path in (AGAIN, f"{AGAIN}/options"):
            assert (await owner.browser.post(path, csrf_token="x", credential="{}")).status_code == 403


class TestReload:
    async def test_leads_to_the_form(self, owner: Owner) -> None:
        for path, form in ((PATH, "/log-in"), (SECOND, "/log-in")):
            assert (await owner.browser.get(path)).headers["location"] == form
        await owner.browser.post(PATH, **await owner.ceremony(PATH, next=""))
        assert (await owner.browser.get(AGAIN)).headers["location"] == "/log-in/again"


class TestForgery:
    async def test_options_for_another_site(self, owner: Owner) -> None:
        for path in (PATH, SECOND, AGAIN):
            for headers in ({}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
                answer = await owner.browser.post_with(headers, f"{path}/options", next="")
                assert answer.status_code == 403, (path, headers)


class TestWithoutPasskeys:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"pages_url": "http://127.0.0.1:8000"})

    async def test_nothing_is_offered(self, client: httpx2.AsyncClient, settings: Settings) -> None:
        """An IP address is no relying party (Web Authentication Level 3, section 5.1.2)."""
        assert settings.relying_party is None
        assert not [each for each in Page(await client.get("/log-in")).of("form") if "data-passkey" in each]
        answer = await client.post(f"{PATH}/options", data={"next": ""}, headers=FROM_HERE)
        assert answer.status_code == 404

"""Issue login codes and exchange them for tokens."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.application import Application
from tests.login_code_helpers import CHALLENGE, FRONT_END, VERIFIER
from tests.session_helpers import caller_of, happened

from fastauth.domain.audit.event import EventType
from fastauth.domain.errors import InvalidInput, Violation
from fastauth.domain.login_codes.code_challenge import CodeChallenge
from fastauth.domain.login_codes.errors import InvalidLoginCode
from fastauth.domain.one_time_tokens.token import ALL_BUT_UNDO, OneTimeToken, Purpose
from fastauth.domain.sessions.access_token import TokenPair
from fastauth.domain.sessions.session import AuthenticatedUser, ClientInfo

A_FRONT_END = ClientInfo("front end", "198.51.100.1")


@pytest.fixture
def app() -> Application:
    return Application(return_to=f"{FRONT_END}, https://other.example/?lang=de")


@pytest.fixture
async def browser(app: Application) -> AuthenticatedUser:
    """The session of a browser on the pages."""
    await app.a_user()
    return await caller_of(app, await app.a_log_in())


async def a_code(app: Application, caller: AuthenticatedUser, return_to: str = FRONT_END) -> str:
    url = await app.container.issue_login_code()(
        caller=caller, return_to=return_to, challenge=CodeChallenge(CHALLENGE)
    )
    (code,) = parse_qs(urlsplit(url).query)["code"]
    return code


async def exchange(app: Application, code: str, verifier: str = VERIFIER) -> TokenPair:
    return await app.container.exchange_login_code()(code=code, code_verifier=verifier, client=A_FRONT_END)


class TestIssue:
    async def test_puts_the_code_into_the_query(self, app: Application, browser: AuthenticatedUser) -> None:
        for return_to, before in (
            (FRONT_END, f"{FRONT_END}?code=fa_lc_"),
            ("https://other.example/?lang=de", "https://other.example/?lang=de&code=fa_lc_"),
        ):
            url = await app.container.issue_login_code()(
                caller=browser, return_to=return_to, challenge=CodeChallenge(CHALLENGE)
            )
            assert url.startswith(before)
            assert len(url) == len(before) + 43

    async def test_stores_what_the_code_is_for(self, app: Application, browser: AuthenticatedUser) -> None:
        app.clock.advance(seconds=1)
        await a_code(app, browser)
        (token,) = app.storage.one_time_tokens.values()
        assert token == OneTimeToken(
            purpose=Purpose.LOGIN_CODE,
            user_id=browser.user.id,
            session_id=None,
            subject=CHALLENGE,
            payload=browser.session.id,
            created_at=app.clock.now(),
            expires_at=app.clock.now() + timedelta(minutes=1),
            consumed_at=None,
            attempts=0,
        )

    async def test_other_urls_are_refused(self, app: Application, browser: AuthenticatedUser) -> None:
        before = repr(vars(app.storage))
        for return_to in (
            *("", "/", "https://evil.example/", f"{FRONT_END}/", f"{FRONT_END}?x=1", f"{FRONT_END}#x"),
            *(
                FRONT_END.upper(),
                f" {FRONT_END}",
                FRONT_END.replace("https", "http"),
                f"{FRONT_END}@evil.example",
            ),
            *(
                FRONT_END.replace("//", "///"),
                FRONT_END.replace("callback", "./callback"),
                "javascript:alert(1)",
            ),
        ):
            with pytest.raises(InvalidInput) as refused:
                await a_code(app, browser, return_to)
            assert list(refused.value.violations) == [
                Violation("return_to", "not_allowed", "Must be a URL in FASTAUTH_RETURN_TO.")
            ]
        assert repr(vars(app.storage)) == before


class TestExchange:
    async def test_starts_a_session_with_the_authentication_of_the_browser(
        self, app: Application, browser: AuthenticatedUser
    ) -> None:
        logged_in = replace(browser.session, methods=("pwd", "otp", "mfa"))
        app.storage.sessions[logged_in.id] = logged_in
        app.clock.advance(minutes=5)
        tokens = await exchange(app, await a_code(app, browser))
        session = (await caller_of(app, tokens)).session
        assert session.id != logged_in.id
        assert session.client == A_FRONT_END
        assert session.created_at == app.clock.now()
        assert (session.authenticated_at, session.methods) == (logged_in.authenticated_at, logged_in.methods)
        assert session.expires_at == logged_in.expires_at
        claims = await app.container.access_tokens().verify(tokens.access.text)
        assert (claims.acr, claims.authenticated_at) == ("aal2", logged_in.authenticated_at)
        assert happened(app, EventType.LOGIN_SUCCEEDED)[-1].session_id == session.id
        assert (await app.refresh_session(refresh_token=tokens.refresh, client=A_FRONT_END)).refresh

    async def test_is_no_log_in_with_a_mail_to_the_owner(
        self, app: Application, browser: AuthenticatedUser
    ) -> None:
        """A log-in from a new device is, on the pages."""
        await app.a_verified_address("santosh@example.com")
        assert await exchange(app, await a_code(app, browser))
        assert await app.deliver() == []

    async def test_idle_timeout_is_within_the_session_of_the_browser(
        self, app: Application, browser: AuthenticatedUser
    ) -> None:
        soon = app.clock.now() + app.policy.idle_timeout / 2
        app.storage.sessions[browser.session.id] = replace(browser.session, expires_at=soon)
        session = (await caller_of(app, await exchange(app, await a_code(app, browser)))).session
        assert session.refresh_expires_at == session.expires_at == soon

    async def test_works_once_also_in_parallel(self, app: Application, browser: AuthenticatedUser) -> None:
        code = await a_code(app, browser)
        results = await asyncio.gather(*(exchange(app, code) for _ in range(8)), return_exceptions=True)
        assert sorted(type(each).__name__ for each in results) == ["InvalidLoginCode"] * 7 + ["TokenPair"]

    async def test_wrong_verifier_uses_the_code_up(
        self, app: Application, browser: AuthenticatedUser
    ) -> None:
        for verifier in ("", "x" * 43, VERIFIER[:-1], CHALLENGE):
            code = await a_code(app, browser)
            for given in (verifier, VERIFIER):
                with pytest.raises(InvalidLoginCode):
                    await exchange(app, code, given)

    async def test_lasts_for_a_minute(self, app: Application, browser: AuthenticatedUser) -> None:
        for seconds, works in ((59.999, True), (60, False)):
            code = await a_code(app, browser)
            app.clock.advance(seconds=seconds)
            if works:
                assert await exchange(app, code)
            else:
                with pytest.raises(InvalidLoginCode):
                    await exchange(app, code)

    async def test_what_ends_the_session_of_the_browser_ends_its_codes(
        self, app: Application, browser: AuthenticatedUser
    ) -> None:
        code = await a_code(app, browser)
        await app.log_out(caller=browser, session_id=browser.session.id)
        with pytest.raises(InvalidLoginCode):
            await exchange(app, code)
        again = await caller_of(app, await app.a_log_in())
        code = await a_code(app, again)
        await app.disable_user(username="santosh")
        with pytest.raises(InvalidLoginCode):
            await exchange(app, code)

    async def test_reset_of_the_password_withdraws_codes(
        self, app: Application, browser: AuthenticatedUser
    ) -> None:
        code = await a_code(app, browser)
        await app.container.one_time_tokens().withdraw(browser.user.id, purposes=ALL_BUT_UNDO)
        with pytest.raises(InvalidLoginCode):
            await exchange(app, code)

    async def test_other_tokens_are_no_codes(self, app: Application, browser: AuthenticatedUser) -> None:
        refresh = (await app.a_log_in()).refresh
        code = await a_code(app, browser)
        for text in ("", refresh, "fa_lc_", code[:-1], code + "A", code.replace("fa_lc_", "fa_pr_"), "\0"):
            with pytest.raises(InvalidLoginCode):
                await exchange(app, text)
        assert await exchange(app, code)

"""Reset a forgotten password: the request, the mail, and the new password."""

import asyncio
from dataclasses import replace

import pytest
from tests.application import Application, RateLimitedApplication
from tests.builders import a_policy
from tests.mail_helpers import template_of, token_in
from tests.session_helpers import caller_of

from fastauth.application.mail.deadlines import RESET_MAIL_DEADLINE
from fastauth.domain.accounts.user import UserId
from fastauth.domain.audit.event import EventType
from fastauth.domain.errors import InvalidInput
from fastauth.domain.mail.errors import MailUnavailable
from fastauth.domain.one_time_tokens.errors import InvalidLink
from fastauth.domain.outbox.message import OutboxKind
from fastauth.domain.passwords.errors import HashingOverloaded, InvalidCredentials
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.domain.sessions.errors import InvalidAccessToken

ADDRESS = "santosh@example.com"


@pytest.fixture
async def app() -> Application:
    app = Application(password_policy=a_policy(reject_user_attributes=True))
    await app.a_user()
    await app.a_verified_address(ADDRESS)
    return app


async def a_reset(app: Application, identifier: str = "santosh") -> str:
    """Ask for a reset, and return the token of the mail."""
    await app.request_password_reset(identifier=identifier, address="192.0.2.1")
    (mail,) = [each for each in await app.deliver() if template_of(each) == "reset_password"]
    return token_in(mail)


class TestRequest:
    @pytest.mark.parametrize("identifier", ["santosh", "SANTOSH", ADDRESS, "Santosh@EXAMPLE.com"])
    async def test_mails_the_verified_address(self, app: Application, identifier: str) -> None:
        """In the language of the account, unless the mail server stays away for an hour."""
        app.storage.users[UserId(1)] = replace(app.storage.users[UserId(1)], locale="de")
        await app.request_password_reset(identifier=identifier, address="192.0.2.1")
        (waits,) = [each.record for each in app.storage.outbox.values() if each.record.done_at is None]
        assert (waits.kind, waits.user_id) == (OutboxKind.PASSWORD_RESET, None)
        assert (waits.due_at, waits.expires_at) == (app.clock.now(), app.clock.now() + RESET_MAIL_DEADLINE)
        (mail,) = await app.deliver()
        assert mail.language == "de"
        assert (mail.to, template_of(mail)) == (ADDRESS, "reset_password")
        assert "username: santosh\n" in mail.text
        assert "minutes: 10\n" in mail.text
        assert app.event_types()[-1] is EventType.PASSWORD_RESET_REQUESTED

    @pytest.mark.parametrize(
        "identifier", ["nobody", "nobody@example.com", "", "@", "a@b@c", "\0", " ", "é" * 254, "x" * 254]
    )
    async def test_sends_nothing_for_anything_else(self, app: Application, identifier: str) -> None:
        await app.request_password_reset(identifier=identifier, address="192.0.2.1")
        assert await app.deliver() == []
        assert EventType.PASSWORD_RESET_REQUESTED not in app.event_types()

    async def test_sends_nothing_for_a_disabled_account(self, app: Application) -> None:
        await app.disable_user(username="santosh")
        await app.deliver()
        for identifier in ("santosh", ADDRESS):
            await app.request_password_reset(identifier=identifier, address="192.0.2.1")
        assert await app.deliver() == []

    @pytest.mark.parametrize(("identifier", "code"), [("x" * 255, "too_long"), ("\udc00", "invalid_unicode")])
    async def test_refuses_what_cannot_be_stored(self, app: Application, identifier: str, code: str) -> None:
        with pytest.raises(InvalidInput) as refused:
            await app.request_password_reset(identifier=identifier, address="192.0.2.1")
        assert [(each.field, each.code) for each in refused.value.violations] == [("identifier", code)]

    async def test_stores_what_was_typed_encrypted(self, app: Application) -> None:
        await app.request_password_reset(identifier="hunter2-typed-by-mistake", address="192.0.2.1")
        assert "hunter2" not in str(app.storage.outbox)

    async def test_limits_a_network(self) -> None:
        app = RateLimitedApplication()
        for _ in range(10):
            await app.request_password_reset(identifier="x", address="192.0.2.1")
        with pytest.raises(TooManyRequests):
            await app.request_password_reset(identifier="x", address="192.0.2.1")
        assert len(app.storage.outbox) == 10

    async def test_is_not_used_up_by_registrations_with_the_address(self) -> None:
        """Mails to an address that a stranger registers with do not count towards those of its owner."""
        app = RateLimitedApplication()
        await app.a_user()
        await app.a_verified_address(ADDRESS)
        for number in range(11):
            await app.register_user(
                username=f"eve{number}", password="sntsh", fullname="E", email=ADDRESS, address=None
            )
            await app.deliver()
            app.clock.advance(minutes=12)
        assert await a_reset(app)

    async def test_is_not_used_up_by_changes_of_the_address(self) -> None:
        """An attacker with a session adds one address after another; the owner resets the password."""
        app = RateLimitedApplication()
        await app.a_user()
        await app.a_verified_address(ADDRESS)
        attacker = await caller_of(app, await app.a_log_in())
        for number in range(10):
            await app.change_address(caller=attacker, email=f"eve{number}@example.com")
            await app.deliver()
        assert await a_reset(app)

    async def test_limits_the_mails_to_an_address_silently(self) -> None:
        """12 spellings of one address share one limit (A.7, 8)."""
        app = RateLimitedApplication()
        await app.a_user()
        await app.a_verified_address(ADDRESS)
        app.clock.advance(minutes=1)
        for number, spelling in enumerate(SPELLINGS):
            await app.request_password_reset(identifier=spelling, address=f"192.0.2.{number}")
        assert len(await app.deliver()) == 1

    async def test_newest_link_alone_is_valid(self, app: Application) -> None:
        older, newer = await a_reset(app), await a_reset(app)
        with pytest.raises(InvalidLink):
            await app.complete_password_reset(token=older, new_password="another one")
        await app.complete_password_reset(token=newer, new_password="another one")

    async def test_link_is_made_when_the_mail_is(self, app: Application) -> None:
        """The lifetime of the token does not run while the mail server is away."""
        app.mail_transport.failure = MailUnavailable("away")
        await app.request_password_reset(identifier="santosh", address="192.0.2.1")
        for _ in range(6):
            assert await app.deliver() == []
            app.clock.advance(minutes=3)
        app.mail_transport.failure = None
        app.clock.advance(minutes=10)
        (mail,) = await app.deliver()
        app.clock.advance(minutes=9, seconds=59)
        await app.complete_password_reset(token=token_in(mail), new_password="another one")


class TestComplete:
    async def test_replaces_the_password(self, app: Application) -> None:
        await app.complete_password_reset(token=await a_reset(app), new_password="another one")
        with pytest.raises(InvalidCredentials):
            await app.a_log_in()
        assert await app.a_log_in(password="another one")

    async def test_ends_every_session_and_gives_none(self, app: Application) -> None:
        tokens = await app.a_log_in()
        before = len(app.storage.sessions)
        await app.complete_password_reset(token=await a_reset(app), new_password="another one")
        with pytest.raises(InvalidAccessToken):
            await caller_of(app, tokens)
        assert len(app.storage.sessions) == before

    async def test_works_once(self, app: Application) -> None:
        token = await a_reset(app)
        await app.complete_password_reset(token=token, new_password="another one")
        with pytest.raises(InvalidLink):
            await app.complete_password_reset(token=token, new_password="a third one")

    async def test_one_of_concurrent_calls_succeeds(self, app: Application) -> None:
        """R51 (GHSA-7w99-5wm4-3g79, CVE-2026-53518 (better-auth), CVE-2026-47386 (NocoDB); CWE-367): a code
        is redeemed twice at once.
        """
        token = await a_reset(app)
        outcomes = await asyncio.gather(
            *(app.complete_password_reset(token=token, new_password=f"password {n}") for n in range(64)),
            return_exceptions=True,
        )
        assert [type(each) for each in outcomes if each].count(InvalidLink) == 63

    @pytest.mark.parametrize(("password", "code"), [("", "empty"), ("santosh1", "contains_user_data")])
    async def test_bad_password_spends_no_token(self, app: Application, password: str, code: str) -> None:
        token = await a_reset(app)
        with pytest.raises(InvalidInput) as refused:
            await app.complete_password_reset(token=token, new_password=password)
        assert [(each.field, each.code) for each in refused.value.violations] == [("new_password", code)]
        await app.complete_password_reset(token=token, new_password="another one")

    async def test_invalid_token_costs_no_hash(self, app: Application) -> None:
        hashed = app.hasher.hashed
        with pytest.raises(InvalidLink):
            await app.complete_password_reset(token="fa_pr_" + "A" * 43, new_password="another one")
        assert app.hasher.hashed == hashed

    async def test_overload_spends_no_token(self, app: Application) -> None:
        token = await a_reset(app)
        app.hasher.overloaded = True
        with pytest.raises(HashingOverloaded):
            await app.complete_password_reset(token=token, new_password="another one")
        app.hasher.overloaded = False
        await app.complete_password_reset(token=token, new_password="another one")

    async def test_change_of_the_password_ends_the_link(self, app: Application) -> None:
        token = await a_reset(app)
        await app.set_password(username="santosh", password="by an operator")
        with pytest.raises(InvalidLink):
            await app.complete_password_reset(token=token, new_password="another one")
        assert await app.a_log_in(password="by an operator")

    async def test_link_ends_with_the_address_it_was_sent_to(self, app: Application) -> None:
        """A mail may be made in the moment in which another address is verified, and its token be stored
        after the others were withdrawn.
        """
        token = await a_reset(app)
        await app.a_verified_address("another@example.com")
        with pytest.raises(InvalidLink):
            await app.complete_password_reset(token=token, new_password="another one")

    async def test_account_that_is_gone(self, app: Application) -> None:
        """It may be erased between the two transactions."""
        token = await a_reset(app)
        del app.storage.users[UserId(1)]
        with pytest.raises(InvalidLink):
            await app.complete_password_reset(token=token, new_password="another one")

    async def test_disabled_account_stays_closed(self, app: Application) -> None:
        token = await a_reset(app)
        await app.disable_user(username="santosh")
        with pytest.raises(InvalidLink):
            await app.complete_password_reset(token=token, new_password="another one")

    async def test_records_an_event_and_sends_a_notice(self, app: Application) -> None:
        await app.complete_password_reset(token=await a_reset(app), new_password="another one")
        assert app.event_types()[-1] is EventType.PASSWORD_RESET
        (mail,) = await app.deliver()
        assert (mail.to, template_of(mail)) == (ADDRESS, "password_reset")

    async def test_ends_the_other_links_of_the_account(self, app: Application) -> None:
        caller = await caller_of(app, await app.a_log_in())
        await app.deliver()
        await app.change_address(caller=caller, email="new@example.com")
        (change,) = await app.deliver()
        await app.complete_password_reset(token=await a_reset(app), new_password="another one")
        caller = await caller_of(app, await app.a_log_in(password="another one"))
        with pytest.raises(InvalidLink):
            await app.verify_address(caller=caller, token=token_in(change))

    async def test_unlocks_unknown_devices(self) -> None:
        app = RateLimitedApplication()
        await app.a_user()
        await app.a_verified_address(ADDRESS)
        app.clock.advance(minutes=1)
        for _ in range(100):
            await app.guesses(1)
            app.clock.advance(minutes=15)
        with pytest.raises(InvalidCredentials):
            await app.guess("sntsh")
        await app.complete_password_reset(token=await a_reset(app), new_password="another one")
        assert await app.guess("another one")

    async def test_token_expires(self, app: Application) -> None:
        token = await a_reset(app)
        app.clock.advance(minutes=10)
        with pytest.raises(InvalidLink):
            await app.complete_password_reset(token=token, new_password="another one")


SPELLINGS = [
    "santosh@example.com",
    "Santosh@example.com",
    "SANTOSH@EXAMPLE.COM",
    "santosh@EXAMPLE.com",
    "santosh@Example.Com",
    "sAntosh@example.com",
    "saNtosh@example.com",
    "sanTosh@example.com",
    "santOsh@example.com",
    "santoSh@example.com",
    "santosH@example.com",
    "santosh@eXample.com",
]
"""Of one address."""

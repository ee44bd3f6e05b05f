"""The content of the mails of the outbox, and which budget they use."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.application import Application, RateLimitedApplication
from tests.builders import an_address
from tests.session_helpers import caller_of, event_now

from fastauth.domain.accounts.user import UserId
from fastauth.domain.audit.event import EventType
from fastauth.domain.mail.message import Message
from fastauth.domain.outbox.errors import Postponed
from fastauth.domain.outbox.message import OutboxEntry, OutboxKind
from fastauth.domain.personal_data.erasure import Erasure, NameDigest

TO = {"to": "Ann@Example.com", "to_key": "ann@example.com", "when": "now"}
CONTENTS: dict[OutboxKind, dict[str, str]] = {
    OutboxKind.NOTICE: {**TO, "template": "role_granted", "address": "", "role": "admin"},
    OutboxKind.ADDRESS_CHANGED: {**TO, "template": "address_removed"},
    OutboxKind.ACCOUNT_CLOSING: TO,
    OutboxKind.ACCOUNT_ERASED: {**TO, "username": "santosh", "locale": "de"},
}
"""Mails that go to the address in their entry."""


@pytest.fixture
async def app() -> Application:
    app = Application()
    await app.a_user()
    app.storage.users[UserId(1)] = replace(app.storage.users[UserId(1)], locale="de")
    return app


def an_entry(app: Application, kind: OutboxKind, *, user_id: int = 1) -> OutboxEntry:
    return OutboxEntry(
        id="e1",
        kind=kind,
        user_id=UserId(user_id),
        content=CONTENTS[kind],
        attempts=1,
        created_at=app.clock.now(),
        expires_at=None,
    )


async def sent_by(app: Application, entry: OutboxEntry, **parts: Any) -> list[Message]:  # noqa: ANN401  of any type
    """Return what the handler of an entry sends, with these parts of it replaced."""
    handler: Any = app.container.mail_handlers()[entry.kind]
    await replace(handler, **parts)(entry)
    return app.mail_transport.sent


class TestSenders:
    async def test_use_the_budget_of_their_kind(self, app: Application) -> None:
        """Those that recover an account may use all of it. Nothing is sent once it is spent."""
        app.storage.erasures[UserId(1)] = closing(app)
        asked = []

        async def budget(kind: OutboxKind) -> None:
            asked.append(kind)
            raise Postponed(after=timedelta(seconds=1))

        for kind in CONTENTS:
            with pytest.raises(Postponed):
                await sent_by(app, an_entry(app, kind), budget=budget)
        assert asked == list(CONTENTS)
        assert (app.mail_transport.sent, app.storage.one_time_tokens) == ([], {})

    async def test_account_that_is_gone_gets_nothing(self, app: Application) -> None:
        for kind in CONTENTS.keys() - {OutboxKind.ACCOUNT_ERASED}:
            assert await sent_by(app, an_entry(app, kind, user_id=2)) == [], kind

    async def test_notice_has_the_values_of_its_entry(self, app: Application) -> None:
        (mail,) = await sent_by(app, an_entry(app, OutboxKind.NOTICE))
        assert mail == a_message("role_granted", role="admin", username="santosh", when="now")

    async def test_notice_of_a_change_has_no_link(self, app: Application) -> None:
        """It goes to an address that was replaced before: the link is that of the verified address."""
        entry = an_entry(app, OutboxKind.NOTICE)
        content = {**entry.content, "template": "address_removed"}
        (mail,) = await sent_by(app, replace(entry, content=content))
        assert mail == a_message(
            "address_removed", days="", link="", token="", username="santosh", when="now"
        )

    async def test_mail_of_an_erased_account_is_in_its_language(self, app: Application) -> None:
        """The account is gone, so the entry has the language."""
        entry = an_entry(app, OutboxKind.ACCOUNT_ERASED)
        (mail,) = await sent_by(app, entry)
        assert mail == a_message("account_erased", username="santosh", when="now")
        *_, mail = await sent_by(app, replace(entry, content={**entry.content, "locale": ""}))
        assert mail.language == "en"

    async def test_removed_address_can_be_put_back(self, app: Application) -> None:
        (mail,) = await sent_by(app, an_entry(app, OutboxKind.ADDRESS_CHANGED))
        token = mail.text.partition("#token=")[2].partition("\n")[0]
        link = f"http://localhost:8000/undo-email#token={token}"
        assert mail == a_message(
            "address_removed", days="7", link=link, token=token, username="santosh", when="now"
        )
        (stored,) = app.storage.one_time_tokens.values()
        assert (stored.user_id, stored.subject) == (1, "ann@example.com")

    async def test_closing_account_can_be_kept(self, app: Application) -> None:
        app.storage.erasures[UserId(1)] = closing(app)
        (mail,) = await sent_by(app, an_entry(app, OutboxKind.ACCOUNT_CLOSING))
        token = mail.text.partition("#token=")[2].partition("\n")[0]
        link = f"http://localhost:8000/keep-account#token={token}"
        assert mail == a_message(
            "account_closing",
            link=link,
            token=token,
            until="2026-11-29 12:00 UTC",
            username="santosh",
            when="now",
        )
        (stored,) = app.storage.one_time_tokens.values()
        assert (stored.user_id, stored.expires_at) == (1, app.clock.now() + timedelta(days=7))

    async def test_account_that_is_erased_now_gets_no_link(self, app: Application) -> None:
        entry = an_entry(app, OutboxKind.ACCOUNT_CLOSING)
        app.storage.erasures[UserId(1)] = erasure = closing(app)
        app.clock.advance(days=7)
        assert await sent_by(app, entry) == []
        app.clock.advance(seconds=-1)
        app.storage.erasures[UserId(1)] = replace(erasure, erased_at=app.clock.now())
        assert await sent_by(app, entry) == []
        app.storage.erasures.clear()
        assert await sent_by(app, entry) == [], "it is kept"
        app.storage.erasures[UserId(1)] = erasure
        assert len(await sent_by(app, entry)) == 1
        (stored,) = app.storage.one_time_tokens.values()
        assert stored.expires_at == erasure.erase_at


class TestMailQuota:
    async def test_postponed_mail_uses_no_limit_of_its_account(self) -> None:
        """Otherwise a busy service would use up the mails of an account without sending any."""
        app = RateLimitedApplication()
        entry, to, postpones = an_entry(app, OutboxKind.NOTICE), an_address("ann@example.com"), True

        async def budget(kind: OutboxKind) -> None:
            assert kind is OutboxKind.NOTICE
            if postpones:
                raise Postponed(after=timedelta(seconds=1))

        quota = replace(app.container.mail_quota(), budget=budget)
        for _ in range(50):
            with pytest.raises(Postponed):
                await quota.allows(entry, to, user_id=UserId(1), proved=True)
        postpones = False
        assert await quota.allows(entry, to, user_id=UserId(1), proved=True)
        assert not await quota.allows(entry, to, user_id=UserId(1), proved=True)
        assert await quota.allows(replace(entry, attempts=2), to, user_id=UserId(1), proved=True)

    async def test_mails_of_one_account_to_whatever_addresses(self) -> None:
        app = RateLimitedApplication()
        entry, quota = an_entry(app, OutboxKind.NOTICE), app.container.mail_quota()
        allowed = [
            await quota.allows(entry, an_address(), user_id=UserId(user_id), proved=False)
            for user_id in (1,) * 11 + (2,)
        ]
        assert allowed == [True] * 10 + [False, True]


class TestEventWithoutNotice:
    async def test_is_recorded_once(self, app: Application) -> None:
        """A refused renewal causes no notice, and is stored once in a minute for each session."""
        caller = await caller_of(app, await app.a_log_in())
        failed = event_now(
            app,
            EventType.SESSION_RENEWAL_FAILED,
            user_id=caller.user.id,
            session_id=caller.session.id,
        )
        for _ in range(2):
            async with app.container.unit_of_work().begin() as transaction:
                await transaction.events.record_unless_recent(
                    failed, within=timedelta(minutes=1), or_type=EventType.REFRESH_TOKEN_REUSED
                )
                await transaction.commit()
        assert app.storage.events.count(failed) == 1


def closing(app: Application) -> Erasure:
    now = app.clock.now()
    return Erasure(
        user_id=UserId(1),
        requested_at=now,
        erase_at=now + timedelta(days=7),
        name_digest=NameDigest(b""),
        name_rests_until=now,
    )


def a_message(template: str, *, language: str = "de", **values: str) -> Message:
    text = "".join(f"{name}: {value}\n" for name, value in sorted(values.items()))
    return Message(
        to="Ann@example.com",
        subject=f"{template} ({language})",
        text=text,
        html=f"<pre>{text}</pre>",
        message_id="e1@localhost",
        language=language,
    )

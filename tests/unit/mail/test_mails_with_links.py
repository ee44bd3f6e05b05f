"""Mails that prove an address or reset a password: text, token, and whose limits they count for."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.application import Application
from tests.builders import an_address
from tests.mail_helpers import token_in

from fastauth.application.invitations.invite import InvitationRequest
from fastauth.domain.accounts.user import UserId
from fastauth.domain.email_addresses.address import EmailAddress
from fastauth.domain.mail.message import Message
from fastauth.domain.one_time_tokens.token import Purpose
from fastauth.domain.outbox.message import OutboxEntry, OutboxKind

ANN, EMAIL = UserId(1), "ann@example.com"
RESET = {"identifier": "ann"}


class Quota:
    """Notes the account that each mail counts for, and allows it or not."""

    def __init__(self, *, allows: bool) -> None:
        self.is_allowed = allows
        self.asked: list[tuple[str, UserId | None, bool]] = []

    async def allows(
        self, entry: OutboxEntry, to: EmailAddress, *, user_id: UserId | None, proved: bool
    ) -> bool:
        assert entry.attempts == 1
        self.asked.append((to.text, user_id, proved))
        return self.is_allowed


@pytest.fixture
async def app() -> Application:
    app = Application()
    await app.a_user("ann")
    app.storage.users[ANN] = replace(app.storage.users[ANN], locale="de")
    return app


async def add_pending(app: Application, email: str) -> None:
    await app.container.email_addresses().add_pending(ANN, an_address(email), now=app.clock.now())


async def send(
    app: Application,
    kind: OutboxKind,
    content: dict[str, str],
    quota: Quota,
    **parts: Any,  # noqa: ANN401  of the handler
) -> list[Message]:
    entry = OutboxEntry(
        id="e1",
        kind=kind,
        user_id=ANN if kind is OutboxKind.VERIFICATION else None,
        content=content,
        attempts=1,
        created_at=app.clock.now(),
        expires_at=None,
    )
    handler: Any = app.container.mail_handlers()[kind]
    await replace(handler, quota=quota, **parts)(entry)
    return app.mail_transport.sent


def rendered(template: str, *, language: str = "de", **values: str) -> tuple[str, str, str]:
    text = "".join(f"{name}: {value}\n" for name, value in sorted(values.items()))
    return f"{template} ({language})", text, language


def seen(mail: Message) -> tuple[str, str, str]:
    return mail.subject, mail.text, mail.language


def tokens(app: Application) -> list[tuple[Purpose, UserId | None, str | None, timedelta]]:
    return [
        (each.purpose, each.user_id, each.subject, each.expires_at - app.clock.now())
        for each in app.storage.one_time_tokens.values()
    ]


class TestVerification:
    @pytest.mark.parametrize(
        ("verified", "template", "purpose", "hours"),
        [
            (None, "verify_address", Purpose.VERIFY_EMAIL, 24),
            ("old@example.com", "change_address", Purpose.CHANGE_EMAIL, 1),
        ],
    )
    async def test_first_and_changed_address(
        self, app: Application, verified: str | None, template: str, purpose: Purpose, hours: int
    ) -> None:
        if verified:
            await app.a_verified_address(verified, username="ann")
        await add_pending(app, EMAIL)
        quota = Quota(allows=True)
        (mail,) = await send(app, OutboxKind.VERIFICATION, {}, quota)
        token = token_in(mail)
        link = f"http://localhost:8000/verify-email#token={token}"
        assert mail.to == EMAIL
        assert seen(mail) == rendered(template, hours=str(hours), link=link, token=token)
        assert tokens(app) == [(purpose, ANN, EMAIL, timedelta(hours=hours))]
        assert quota.asked == [(EMAIL, ANN, False)]

    async def test_over_the_limit(self, app: Application) -> None:
        await add_pending(app, EMAIL)
        assert await send(app, OutboxKind.VERIFICATION, {}, Quota(allows=False)) == []
        assert tokens(app) == []

    async def test_disabled_account_gets_none(self, app: Application) -> None:
        await add_pending(app, EMAIL)
        await app.disable_user(username="ann")
        assert await send(app, OutboxKind.VERIFICATION, {}, Quota(allows=True)) == []


class TestPasswordReset:
    async def test_verified_address(self, app: Application) -> None:
        await app.a_verified_address(EMAIL, username="ann")
        quota = Quota(allows=True)
        (mail,) = await send(app, OutboxKind.PASSWORD_RESET, RESET, quota)
        token = token_in(mail)
        link = f"http://localhost:8000/reset/new#token={token}"
        assert mail.to == EMAIL
        assert seen(mail) == rendered("reset_password", link=link, minutes="10", token=token, username="ann")
        assert tokens(app) == [(Purpose.RESET_PASSWORD, ANN, EMAIL, timedelta(minutes=10))]
        assert quota.asked == [(EMAIL, ANN, True)]

    async def test_lifetime_is_that_of_the_installation(self, app: Application) -> None:
        await app.a_verified_address(EMAIL, username="ann")
        lifetime = timedelta(minutes=5)
        (mail,) = await send(app, OutboxKind.PASSWORD_RESET, RESET, Quota(allows=True), lifetime=lifetime)
        assert "minutes: 5\n" in mail.text
        assert tokens(app) == [(Purpose.RESET_PASSWORD, ANN, EMAIL, lifetime)]

    async def test_pending_address_gets_an_explanation(self, app: Application) -> None:
        """It is in the language of the installation, as it may be the address of another person."""
        await add_pending(app, EMAIL)
        quota = Quota(allows=True)
        (mail,) = await send(app, OutboxKind.PASSWORD_RESET, {"identifier": EMAIL}, quota)
        assert mail.to == EMAIL
        assert seen(mail) == rendered("address_not_verified", language="en")
        assert (tokens(app), quota.asked) == ([], [(EMAIL, None, False)])

    async def test_over_the_limit(self, app: Application) -> None:
        await add_pending(app, "new@example.com")
        content = {"identifier": "new@example.com"}
        assert await send(app, OutboxKind.PASSWORD_RESET, content, Quota(allows=False)) == []
        await app.a_verified_address(EMAIL, username="ann")
        assert await send(app, OutboxKind.PASSWORD_RESET, RESET, Quota(allows=False)) == []
        assert tokens(app) == []


class TestInvitation:
    async def test_counts_for_no_account(self, app: Application) -> None:
        """The token is valid as long as the invitation."""
        request = InvitationRequest(email=EMAIL, expires_in_days=3, locale="de")
        made = await app.container.invite_by_operator()(request=request, by_mail=True)
        app.clock.advance(days=1)
        content = {"invitation": made.invitation.reference}
        assert await send(app, OutboxKind.INVITATION, content, Quota(allows=False)) == []
        quota = Quota(allows=True)
        (mail,) = await send(app, OutboxKind.INVITATION, content, quota)
        token = token_in(mail)
        link = f"http://localhost:8000/invitation#token={token}"
        assert mail.to == EMAIL
        assert seen(mail) == rendered("invitation", link=link, token=token, until="2026-11-25 12:00 UTC")
        assert tokens(app) == [(Purpose.INVITATION, None, made.invitation.reference, timedelta(days=2))]
        assert quota.asked == [(EMAIL, None, False)]

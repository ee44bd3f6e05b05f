"""Add, verify, change, undo and remove an address."""

from datetime import timedelta

import pytest
from tests.application import Application, RateLimitedApplication
from tests.builders import an_imported_user
from tests.mail_helpers import template_of, token_in
from tests.session_helpers import caller_of, event_now, happened

from fastauth.domain.accounts.user import UserId
from fastauth.domain.audit.event import EventType
from fastauth.domain.email_addresses.errors import EmailTaken
from fastauth.domain.errors import InvalidInput
from fastauth.domain.one_time_tokens.errors import InvalidLink
from fastauth.domain.outbox.message import OutboxKind
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.domain.revocations.revocation import Revocation, RevocationKind
from fastauth.domain.sessions.errors import InvalidAccessToken, StepUpRequired
from fastauth.domain.sessions.session import AuthenticatedUser

OLD, NEW = "old@example.com", "new@example.com"


@pytest.fixture
async def caller(app: Application) -> AuthenticatedUser:
    tokens = await app.a_log_in()
    await app.deliver()  # the notice of the log-in
    return await caller_of(app, tokens)


async def verified_of(app: Application, user: int = 1) -> str | None:
    record = (await app.container.email_addresses().of_user(UserId(user))).verified
    return record.address.text if record else None


async def a_link(app: Application, caller: AuthenticatedUser, email: str) -> str:
    """Change the address, and return the token of the mail to it."""
    await app.change_address(caller=caller, email=email)
    mails = [mail for mail in await app.deliver() if mail.to == email]
    return token_in(mails[-1])


async def a_change(app: Application, caller: AuthenticatedUser, email: str) -> str:
    """Change and verify the address, and return the token by which the change is undone."""
    await app.verify_address(caller=caller, token=await a_link(app, caller, email))
    (mail,) = [each for each in await app.deliver() if "fa_eu_" in each.text]
    return token_in(mail)


class TestFirstAddress:
    async def test_replaces_the_former_once_it_is_verified(
        self, app: Application, caller: AuthenticatedUser
    ) -> None:
        await app.change_address(caller=caller, email="New@Example.com")
        (waits,) = [each.record for each in app.storage.outbox.values() if each.record.done_at is None]
        assert (waits.kind, waits.user_id) == (OutboxKind.VERIFICATION, caller.user.id)
        assert (waits.due_at, waits.expires_at) == (app.clock.now(), app.clock.now() + timedelta(hours=24))
        (mail,) = await app.deliver()
        assert (mail.to, template_of(mail)) == ("New@example.com", "verify_address")
        assert "hours: 24\n" in mail.text
        assert await verified_of(app) is None
        verified = await app.verify_address(caller=caller, token=token_in(mail))
        assert (verified.address.text, verified.verified_at) == ("New@Example.com", app.clock.now())
        assert app.storage.events[-2:] == [
            event_now(app, each, user_id=caller.user.id, session_id=caller.session.id)
            for each in (EventType.EMAIL_ADDED, EventType.EMAIL_VERIFIED)
        ]
        assert await app.deliver() == []

    async def test_is_verified_by_another_session_of_the_account(
        self, app: Application, caller: AuthenticatedUser
    ) -> None:
        token = await a_link(app, caller, NEW)
        other = await caller_of(app, await app.a_log_in())
        assert await app.verify_address(caller=other, token=token)

    async def test_is_not_verified_by_another_account(
        self, app: Application, caller: AuthenticatedUser
    ) -> None:
        """R50 (GHSA-qq9h-g4jm-xgf3 (better-auth); CWE-287): the owner of a mailbox is drawn into a
        squatter's account.

        A stranger types the owner's address; the owner clicks, logged in to an account of their own.
        """
        token = await a_link(app, caller, NEW)
        await app.a_user("owner")
        owner = await caller_of(app, await app.a_log_in("owner"))
        with pytest.raises(InvalidLink):
            await app.verify_address(caller=owner, token=token)
        assert (await verified_of(app, 1), await verified_of(app, 2)) == (None, None)
        assert await app.verify_address(caller=caller, token=token)  # the attempt has not spent it

    async def test_pending_on_two_accounts_has_a_link_for_each(
        self, app: Application, caller: AuthenticatedUser
    ) -> None:
        token = await a_link(app, caller, NEW)
        await app.a_user("owner")
        owner = await caller_of(app, await app.a_log_in("owner"))
        own = await a_link(app, owner, NEW)
        with pytest.raises(InvalidLink):
            await app.verify_address(caller=owner, token=token)
        assert await app.verify_address(caller=owner, token=own)

    async def test_needs_a_recent_log_in(self, app: Application, caller: AuthenticatedUser) -> None:
        app.clock.advance(minutes=10, seconds=1)
        with pytest.raises(StepUpRequired):
            await app.change_address(caller=caller, email=NEW)
        assert await app.deliver() == []

    @pytest.mark.parametrize("email", ["", "x", "a@b", "a b@example.com", f"{'a' * 250}@example.com"])
    async def test_must_be_an_address(self, app: Application, caller: AuthenticatedUser, email: str) -> None:
        with pytest.raises(InvalidInput) as refused:
            await app.change_address(caller=caller, email=email)
        assert [each.field for each in refused.value.violations] == ["email"]

    async def test_replaced_before_it_is_verified_is_not_verified(
        self, app: Application, caller: AuthenticatedUser
    ) -> None:
        token = await a_link(app, caller, "typo@example.com")
        await a_link(app, caller, NEW)
        with pytest.raises(InvalidLink):
            await app.verify_address(caller=caller, token=token)

    async def test_replaced_before_its_mail_was_sent_gets_none(
        self, app: Application, caller: AuthenticatedUser
    ) -> None:
        await app.change_address(caller=caller, email="typo@example.com")
        app.clock.advance(seconds=1)
        await app.change_address(caller=caller, email=NEW)
        (mail,) = await app.deliver()
        assert mail.to == NEW
        assert await app.verify_address(caller=caller, token=token_in(mail))

    async def test_of_one_mailbox_is_verified_by_one_account(
        self, app: Application, caller: AuthenticatedUser
    ) -> None:
        token = await a_link(app, caller, NEW)
        await app.a_user("bob")
        bob = await caller_of(app, await app.a_log_in("bob"))
        other = await a_link(app, bob, "NEW@example.com")
        await app.verify_address(caller=bob, token=other)
        with pytest.raises(EmailTaken):
            await app.verify_address(caller=caller, token=token)

    async def test_is_not_the_username_of_another_account(
        self, app: Application, caller: AuthenticatedUser
    ) -> None:
        """R17 (CVE-2026-19607, CVE-2021-3754 (Keycloak); CWE-289): a name that equals another user's e-mail
        address.
        """
        await app.container.bulk_users().insert_new([an_imported_user(NEW)])
        token = await a_link(app, caller, NEW)
        with pytest.raises(EmailTaken):
            await app.verify_address(caller=caller, token=token)
        assert await verified_of(app) is None


class TestResend:
    async def test_sends_another_link_and_ends_the_first(
        self, app: Application, caller: AuthenticatedUser
    ) -> None:
        first = await a_link(app, caller, NEW)
        await app.resend_verification(caller=caller)
        (waits,) = [each.record for each in app.storage.outbox.values() if each.record.done_at is None]
        assert waits.expires_at == app.clock.now() + timedelta(hours=24)
        (mail,) = await app.deliver()
        with pytest.raises(InvalidLink):
            await app.verify_address(caller=caller, token=first)
        assert await app.verify_address(caller=caller, token=token_in(mail))

    async def test_sends_nothing_if_nothing_is_pending(
        self, app: Application, caller: AuthenticatedUser
    ) -> None:
        await app.resend_verification(caller=caller)
        assert await app.deliver() == []

    async def test_is_limited(self) -> None:
        app = RateLimitedApplication()
        await app.a_user()
        caller = await caller_of(app, await app.a_log_in())
        await app.resend_verification(caller=caller)
        with pytest.raises(TooManyRequests):
            await app.resend_verification(caller=caller)


class TestChange:
    @pytest.fixture
    async def app(self) -> Application:
        app = Application()
        await app.a_user()
        await app.a_verified_address(OLD)
        return app

    async def test_takes_effect_when_the_new_address_is_verified(
        self, app: Application, caller: AuthenticatedUser
    ) -> None:
        await app.change_address(caller=caller, email=NEW)
        (mail,) = await app.deliver()
        assert (mail.to, template_of(mail)) == (NEW, "change_address")
        assert "hours: 1\n" in mail.text
        assert await verified_of(app) == OLD
        await app.verify_address(caller=caller, token=token_in(mail))
        assert await verified_of(app) == NEW
        (notice,) = await app.deliver()
        assert (notice.to, template_of(notice)) == (OLD, "address_changed")
        assert "days: 7\n" in notice.text
        assert happened(app, EventType.EMAIL_ADDED, EventType.EMAIL_CHANGED) == [
            event_now(app, each, user_id=caller.user.id, session_id=caller.session.id)
            for each in (EventType.EMAIL_ADDED, EventType.EMAIL_CHANGED)
        ]

    async def test_is_verified_by_another_session_of_the_account(
        self, app: Application, caller: AuthenticatedUser
    ) -> None:
        """The page of the link logs in; the session that changed the address may be in another browser."""
        token = await a_link(app, caller, NEW)
        other = await caller_of(app, await app.a_log_in())
        assert await app.verify_address(caller=other, token=token)

    async def test_ends_reset_links_in_the_old_mailbox(
        self, app: Application, caller: AuthenticatedUser
    ) -> None:
        await app.request_password_reset(identifier=OLD, address="192.0.2.1")
        (reset,) = await app.deliver()
        await a_change(app, caller, NEW)
        with pytest.raises(InvalidLink):
            await app.complete_password_reset(token=token_in(reset), new_password="another one")

    async def test_of_one_account_is_limited(self) -> None:
        app = RateLimitedApplication()
        await app.a_user()
        caller = await caller_of(app, await app.a_log_in())
        for number in range(10):
            await app.change_address(caller=caller, email=f"new{number}@example.com")
        with pytest.raises(TooManyRequests):
            await app.change_address(caller=caller, email=NEW)
        await app.a_user("bob")
        await app.change_address(caller=await caller_of(app, await app.a_log_in("bob")), email=NEW)


class TestUndo:
    @pytest.fixture
    async def app(self) -> Application:
        app = Application()
        await app.a_user()
        await app.a_verified_address(OLD)
        return app

    async def test_puts_the_old_address_back_and_ends_all_sessions(
        self, app: Application, caller: AuthenticatedUser
    ) -> None:
        token = await a_change(app, caller, NEW)
        tokens = await app.a_log_in()
        await app.undo_address_change(token=token)
        assert await verified_of(app) == OLD
        with pytest.raises(InvalidAccessToken):
            await caller_of(app, tokens)
        undone = event_now(app, EventType.EMAIL_CHANGE_UNDONE, user_id=caller.user.id)
        assert app.storage.events[-1] == undone

    async def test_revokes_api_keys(self, app: Application, caller: AuthenticatedUser) -> None:
        """The attacker who changed the address may have made one."""
        new = await app.container.create_api_key()(caller=caller, name="Backup", scopes=[])
        await app.undo_address_change(token=await a_change(app, caller, NEW))
        assert await app.container.list_api_keys()(user_id=caller.user.id) == ()
        revocation = Revocation(app.clock.now(), RevocationKind.SESSION, f"key:{new.key.id}")
        assert revocation in app.storage.revocations
        revoked = event_now(app, EventType.API_KEY_REVOKED, user_id=caller.user.id, detail=new.key.id)
        assert app.storage.events[-1] == revoked

    async def test_works_for_seven_days(self, app: Application, caller: AuthenticatedUser) -> None:
        token = await a_change(app, caller, NEW)
        app.clock.advance(days=7)
        with pytest.raises(InvalidLink):
            await app.undo_address_change(token=token)
        app.clock.advance(seconds=-1)
        await app.undo_address_change(token=token)

    async def test_works_once(self, app: Application, caller: AuthenticatedUser) -> None:
        token = await a_change(app, caller, NEW)
        await app.undo_address_change(token=token)
        with pytest.raises(InvalidLink):
            await app.undo_address_change(token=token)

    async def test_works_after_a_reset_by_the_attacker(
        self, app: Application, caller: AuthenticatedUser
    ) -> None:
        """An attacker changes the address and resets the password by it: the owner can still undo."""
        token = await a_change(app, caller, NEW)
        await app.request_password_reset(identifier=NEW, address="192.0.2.1")
        (reset,) = [mail for mail in await app.deliver() if mail.to == NEW]
        await app.complete_password_reset(token=token_in(reset), new_password="of the attacker")
        await app.undo_address_change(token=token)
        assert await verified_of(app) == OLD

    async def test_works_after_a_second_change_by_the_attacker(
        self, app: Application, caller: AuthenticatedUser
    ) -> None:
        token = await a_change(app, caller, NEW)
        of_the_attacker = await a_change(app, caller, "third@example.com")
        await app.undo_address_change(token=token)
        assert await verified_of(app) == OLD
        with pytest.raises(InvalidLink):
            await app.undo_address_change(token=of_the_attacker)
        assert await verified_of(app) == OLD

    async def test_of_the_attacker_leaves_that_of_the_owner(
        self, app: Application, caller: AuthenticatedUser
    ) -> None:
        token = await a_change(app, caller, NEW)
        of_the_attacker = await a_change(app, caller, "third@example.com")
        await app.undo_address_change(token=of_the_attacker)
        assert await verified_of(app) == NEW
        await app.undo_address_change(token=token)
        assert await verified_of(app) == OLD

    async def test_sends_a_notice_to_the_address_that_it_removes(
        self, app: Application, caller: AuthenticatedUser
    ) -> None:
        """The one who undoes may be an attacker, to whom the address belonged for a while (ASVS 6.3.7)."""
        token = await a_change(app, caller, NEW)
        await app.undo_address_change(token=token)
        assert {(mail.to, template_of(mail)) for mail in await app.deliver()} == {
            (NEW, "address_change_undone"),
            (OLD, "address_change_undone"),
        }


class TestRemove:
    @pytest.fixture
    async def app(self) -> Application:
        app = Application()
        await app.a_user()
        await app.a_verified_address(OLD)
        return app

    async def test_removes_the_address_and_sends_a_notice_to_it(
        self, app: Application, caller: AuthenticatedUser
    ) -> None:
        await app.remove_address(caller=caller)
        assert await verified_of(app) is None
        (notice,) = await app.deliver()
        assert (notice.to, template_of(notice)) == (OLD, "address_removed")
        assert app.storage.events[-1] == event_now(
            app, EventType.EMAIL_REMOVED, user_id=caller.user.id, session_id=caller.session.id
        )

    async def test_needs_a_recent_log_in(self, app: Application, caller: AuthenticatedUser) -> None:
        app.clock.advance(minutes=10, seconds=1)
        with pytest.raises(StepUpRequired):
            await app.remove_address(caller=caller)
        assert await verified_of(app) == OLD

    async def test_can_be_undone_after_another_address_was_verified(
        self, app: Application, caller: AuthenticatedUser
    ) -> None:
        """An attacker removes the address, instead of changing it, and verifies one of their own."""
        await app.remove_address(caller=caller)
        (notice,) = await app.deliver()
        await app.verify_address(caller=caller, token=await a_link(app, caller, NEW))
        await app.undo_address_change(token=token_in(notice))
        assert await verified_of(app) == OLD

    async def test_leaves_the_link_that_undoes_a_change(
        self, app: Application, caller: AuthenticatedUser
    ) -> None:
        """An attacker changes the address, and then removes it."""
        token = await a_change(app, caller, NEW)
        await app.remove_address(caller=caller)
        await app.undo_address_change(token=token)
        assert await verified_of(app) == OLD

    async def test_ends_reset_links(self, app: Application, caller: AuthenticatedUser) -> None:
        await app.request_password_reset(identifier=OLD, address="192.0.2.1")
        (reset,) = await app.deliver()
        await app.remove_address(caller=caller)
        with pytest.raises(InvalidLink):
            await app.complete_password_reset(token=token_in(reset), new_password="another one")

    async def test_without_an_address_changes_nothing(self, app: Application) -> None:
        await app.a_user("bob")
        bob = await caller_of(app, await app.a_log_in("bob"))
        await app.remove_address(caller=bob)
        assert EventType.EMAIL_REMOVED not in app.event_types()
        assert await app.deliver() == []

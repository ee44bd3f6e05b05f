"""Invitations of an operator, the list of open ones, and what a withdrawal records."""

from datetime import timedelta

import pytest
from tests.admin_helpers import a_user_with, principal_of
from tests.application import A_SECRET_KEY, Application, fakes_over
from tests.container_pool import a_container
from tests.mail_helpers import token_of

from fastauth.application.invitations.invite import InvitationRequest
from fastauth.application.invitations.invite_by_operator import OperatorInvitation
from fastauth.application.invitations.list_invitations import DEFAULT_LIMIT
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.errors import InvalidInput, NotOffered
from fastauth.domain.invitations.invitation import Invitation
from fastauth.domain.list_cursor import NOT_A_PLACE
from fastauth.domain.one_time_tokens.token import OneTimeToken, Purpose
from fastauth.domain.principals.errors import NotPermitted
from fastauth.domain.principals.principal import Principal, PrincipalKind
from fastauth.domain.roles.permissions import READ_USERS
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.settings.mail import MailMode


def without_mail(app: Application) -> Container:
    """Return a container over the same storage that sends no mail."""
    return a_container(
        settings=Settings(mail=MailMode.OFF),
        secret_keys=(A_SECRET_KEY,),
        **fakes_over(app.storage, app.hasher),
    )


async def invite(app: Application, email: str, days: int = 7) -> Invitation:
    """Invite as an operator, by mail."""
    request = InvitationRequest(email=email, expires_in_days=days)
    return (await app.container.invite_by_operator()(request=request, by_mail=True)).invitation


class TestInviteByOperator:
    async def test_by_mail_shows_no_link(self) -> None:
        app = Application()
        request = InvitationRequest(email="ann@example.com", roles=["admin"])
        made = await app.container.invite_by_operator()(request=request, by_mail=True)
        assert made == OperatorInvitation(invitation=app.storage.invitations[made.invitation.id], link=None)
        assert token_of("fa_in_", await app.deliver())

    async def test_link_is_valid_as_long_as_the_invitation(self) -> None:
        app = Application()
        request = InvitationRequest(email="ann@example.com", expires_in_days=30)
        made = await app.container.invite_by_operator()(request=request, by_mail=False)
        assert made.invitation == app.storage.invitations[made.invitation.id]
        assert list(app.storage.one_time_tokens.values()) == [
            OneTimeToken(
                purpose=Purpose.INVITATION,
                user_id=None,
                session_id=None,
                subject=made.invitation.reference,
                payload="",
                created_at=app.clock.now(),
                expires_at=app.clock.now() + timedelta(days=30),
                consumed_at=None,
                attempts=0,
            )
        ]
        assert made.link
        assert made.link.partition("#token=")[0] == app.container.link_targets().invitation

    async def test_without_mail_only_by_a_link(self) -> None:
        app = Application()
        use_case, request = without_mail(app).invite_by_operator(), InvitationRequest(email="ann@example.com")
        with pytest.raises(NotOffered):
            await use_case(request=request, by_mail=True)
        assert app.storage.invitations == {}
        made = await use_case(request=request, by_mail=False)
        assert made.link
        assert app.storage.outbox == {}


class TestListInvitations:
    async def test_pages_have_the_open_ones_the_oldest_first(self) -> None:
        app = Application()
        first, gone, second, third = [
            await invite(app, f"{name}@example.com", days)
            for name, days in (("ann", 2), ("bea", 1), ("cleo", 2), ("dora", 2))
        ]
        app.clock.advance(gone.expires_at - app.clock.now())
        listing = app.container.list_invitations()
        page = await listing(acting=None, limit=2)
        assert page.items == (first, second)
        assert page.next
        last = await listing(acting=None, after=page.next, limit=2)
        assert (last.items, last.next) == ((third,), None)
        whole = await listing(acting=None, limit=3)
        assert (whole.items, whole.next) == ((first, second, third), None)

    async def test_page_is_of_50_unless_asked_otherwise(self) -> None:
        app = Application()
        for number in range(DEFAULT_LIMIT + 1):
            await invite(app, f"ann{number}@example.com")
        page = await app.container.list_invitations()(acting=None)
        assert len(page.items) == DEFAULT_LIMIT == 50
        assert page.next

    async def test_refuses_the_cursor_of_another_list(self) -> None:
        app = Application()
        for cursor in ("x", app.container.cursor_codec().encode("users", 1)):
            with pytest.raises(InvalidInput) as caught:
                await app.container.list_invitations()(acting=None, after=cursor)
            assert list(caught.value.violations) == [NOT_A_PLACE]

    async def test_is_for_readers_of_users(self) -> None:
        """A caller without the permission is not shown whether a cursor is valid."""
        app = Application()
        invitation = await invite(app, "ann@example.com")
        listing = app.container.list_invitations()
        unprivileged = Principal(kind=PrincipalKind.CLIENT, permissions=frozenset(), client_id="fa_c_1")
        with pytest.raises(NotPermitted) as caught:
            await listing(acting=unprivileged, after="x")
        assert str(caught.value) == str(NotPermitted(READ_USERS))
        reader = Principal(kind=PrincipalKind.CLIENT, permissions=frozenset({READ_USERS}), client_id="fa_c_2")
        assert (await listing(acting=reader)).items == (invitation,)


class TestWithdrawInvitation:
    async def test_records_which_and_when(self) -> None:
        """By an operator and by an administrator."""
        app = Application()
        root = await principal_of(app, await a_user_with(app, "root1", "admin"))
        for acting in (None, root):
            invitation = await invite(app, "ann@example.com")
            app.clock.advance(timedelta(minutes=1))
            await app.container.withdraw_invitation()(acting=acting, invitation_id=invitation.id)
            assert app.storage.events[-1] == Event(
                type=EventType.INVITATION_WITHDRAWN, occurred_at=app.clock.now(), detail=str(invitation.id)
            )
        assert app.storage.invitations == {}

"""Invitations: who may make one, and what accepting it gives."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.admin_helpers import a_user_with, principal_of
from tests.application import A_DEVICE, A_SECRET_KEY, Application, fakes_over
from tests.container_pool import a_container
from tests.fakes import FakeUnitOfWork
from tests.mail_helpers import token_of
from tests.session_helpers import caller_of

from fastauth.application.invitations.invite import InvitationRequest
from fastauth.domain.accounts.errors import RegistrationClosed, UsernameTaken
from fastauth.domain.accounts.registration_mode import RegistrationMode
from fastauth.domain.accounts.user import User
from fastauth.domain.audit.event import EventType
from fastauth.domain.delegation.errors import OwnAccount, PermissionNotHeld
from fastauth.domain.errors import InvalidInput
from fastauth.domain.invitations.errors import AnotherAddressInvited, InvitationNotFound, LogInToAccept
from fastauth.domain.invitations.invitation import Invitation
from fastauth.domain.one_time_tokens.errors import InvalidLink
from fastauth.domain.outbox.message import OutboxKind
from fastauth.domain.principals.errors import NotPermitted
from fastauth.domain.principals.principal import Principal, PrincipalKind
from fastauth.domain.roles.errors import RoleNotFound
from fastauth.domain.roles.permissions import WRITE_ROLES, WRITE_USERS
from fastauth.domain.roles.role import Role
from fastauth.domain.sessions.session import AuthenticatedUser
from fastauth.entrypoints.settings import Settings

EMAIL = "ann@example.com"


class Installation:
    """An application with an administrator, a helper who may manage users, and a role of other services."""

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401  settings
        self.app = Application(**settings)

    async def begin(self) -> "Installation":
        app = self.app
        app.storage.roles["helper"] = Role(
            name="helper", permissions=frozenset({WRITE_USERS, WRITE_ROLES, "orders:read"})
        )
        app.storage.roles["clerk"] = Role(name="clerk", permissions=frozenset({"orders:read"}))
        app.storage.roles["boss"] = Role(name="boss", permissions=frozenset({"orders:write"}))
        self.root = await a_user_with(app, "root1", "admin")
        self.helper = await a_user_with(app, "helper1", "helper")
        return self

    async def invite(self, by: User | Principal | None = None, email: str = EMAIL, **more: Any) -> Invitation:  # noqa: ANN401  fields
        by = by or self.root
        acting = by if isinstance(by, Principal) else await principal_of(self.app, by)
        return await self.app.container.invite_by_admin()(
            acting=acting, request=InvitationRequest(email=email, **more)
        )

    async def token(self) -> str:
        return token_of("fa_in_", await self.app.deliver())

    async def accept(self, token: str, username: str = "ann", **more: Any) -> User:  # noqa: ANN401  fields
        values = {"password": "ann's password", "fullname": "Ann Lee", "locale": None, "address": "192.0.2.1"}
        return await self.app.container.accept_invitation()(token=token, username=username, **values | more)

    async def roles_of(self, user: User) -> list[str]:
        return [each.role for each in await self.app.container.roles().of_user(user.id)]

    async def a_caller(self, username: str, email: str | None = EMAIL) -> AuthenticatedUser:
        await self.app.a_user(username)
        if email:
            await self.app.a_verified_address(email, username=username)
        return await caller_of(self.app, await self.app.a_log_in(username))


@pytest.fixture
async def place() -> Installation:
    return await Installation().begin()


class TestAccept:
    async def test_creates_an_account_with_address_and_roles(self, place: Installation) -> None:
        app = place.app
        invitation = await place.invite(roles=["clerk", "auditor", "clerk"], locale="de")
        (queued,) = (each.record for each in app.storage.outbox.values())
        assert (queued.kind, queued.user_id) == (OutboxKind.INVITATION, None)
        assert queued.expires_at == invitation.expires_at
        (mail,) = await app.deliver()
        assert (mail.to, mail.language) == (EMAIL, "de")
        token = token_of("fa_in_", [mail])
        before = len(app.event_types())
        user = await place.accept(token)
        assert await place.roles_of(user) == ["auditor", "clerk"]
        assert {each.granted_by for each in app.storage.user_roles[user.id]} == {place.root.id}
        address = (await app.container.email_addresses().of_user(user.id)).verified
        assert address
        assert address.address.text == EMAIL
        assert app.event_types()[before:] == [
            EventType.USER_CREATED,
            EventType.EMAIL_VERIFIED,
            EventType.ROLE_GRANTED,
            EventType.ROLE_GRANTED,
            EventType.INVITATION_ACCEPTED,
        ]
        assert app.storage.events[-1].detail == str(invitation.id)
        assert not app.storage.invitations
        await app.log_in(username=EMAIL, password="ann's password", client=A_DEVICE)

    async def test_works_once(self, place: Installation) -> None:
        await place.invite()
        token = await place.token()
        await place.accept(token)
        with pytest.raises(InvalidLink):
            await place.accept(token, "bea")

    async def test_two_at_once(self, place: Installation) -> None:
        await place.invite()
        token = await place.token()
        results = await asyncio.gather(
            *(place.accept(token, name) for name in ("ann", "bea", "cleo")), return_exceptions=True
        )
        assert sorted(type(each).__name__ for each in results) == ["InvalidLink", "InvalidLink", "User"]

    async def test_token_stays_valid_after_an_error(self, place: Installation) -> None:
        await place.invite()
        token = await place.token()
        with pytest.raises(InvalidInput):
            await place.accept(token, "a b")
        with pytest.raises(UsernameTaken):
            await place.accept(token, "root1")
        assert await place.accept(token)

    async def test_token_is_valid_until_the_invitation_expires(self, place: Installation) -> None:
        await place.invite(expires_in_days=30)
        token = await place.token()
        place.app.clock.advance(timedelta(days=30) - timedelta(microseconds=1))
        with pytest.raises(UsernameTaken):
            await place.accept(token, "root1")
        place.app.clock.advance(timedelta(microseconds=1))
        with pytest.raises(InvalidLink):
            await place.accept(token)

    async def test_other_tokens_are_refused_before_a_password_is_hashed(self, place: Installation) -> None:
        await place.invite()
        token = await place.token()
        hashed = place.app.hasher.hashed
        for wrong in ("", token[:-1], token + "x", token.replace("fa_in_", "fa_pr_"), "fa_in_" + "A" * 43):
            with pytest.raises(InvalidLink):
                await place.accept(wrong)
        assert place.app.hasher.hashed == hashed

    async def test_withdrawn_invitation_is_refused(self, place: Installation) -> None:
        invitation, app = await place.invite(), place.app
        token, acting = await place.token(), await principal_of(app, place.helper)
        withdraw = app.container.withdraw_invitation()
        await withdraw(acting=acting, invitation_id=invitation.id)
        with pytest.raises(InvalidLink):
            await place.accept(token)
        with pytest.raises(InvitationNotFound):
            await withdraw(acting=None, invitation_id=invitation.id)
        assert app.event_types()[-1] is EventType.INVITATION_WITHDRAWN
        source = app.storage.entries[-1].source
        assert source
        assert source.actor_id == place.helper.id

    async def test_withdrawn_token_does_not_open_a_later_invitation(self, place: Installation) -> None:
        """A database from before the ids were unique may have given the id to a later one."""
        withdrawn = await place.invite(email="eve@example.com")
        token = await place.token()
        await place.app.container.withdraw_invitation()(acting=None, invitation_id=withdrawn.id)
        place.app.clock.advance(timedelta(seconds=1))
        later = await place.invite(roles=["admin"])
        place.app.storage.invitations[withdrawn.id] = replace(later, id=withdrawn.id)
        with pytest.raises(InvalidLink):
            await place.accept(token, "eve")
        assert place.app.storage.invitations.keys() == {withdrawn.id, later.id}
        assert await place.accept(await place.token())

    async def test_withdrawn_before_its_mail(self, place: Installation) -> None:
        invitation = await place.invite()
        await place.app.container.withdraw_invitation()(acting=None, invitation_id=invitation.id)
        assert await place.app.deliver() == []


class TestAcceptAsUser:
    async def test_account_has_the_address(self, place: Installation) -> None:
        """The new account is refused, and the one that has the address gets the roles."""
        await place.invite(roles=["clerk"])
        token, caller = await place.token(), await place.a_caller("ann")
        with pytest.raises(LogInToAccept):
            await place.accept(token, "bea")
        accept = place.app.container.accept_invitation_as_user()
        await accept(caller=caller, token=token)
        assert await place.roles_of(caller.user) == ["clerk"]
        with pytest.raises(InvalidLink):
            await accept(caller=caller, token=token)

    async def test_account_has_another_address_or_none(self, place: Installation) -> None:
        await place.invite(roles=["clerk"])
        token, accept = await place.token(), place.app.container.accept_invitation_as_user()
        for name, email in (("bea", "bea@example.com"), ("cleo", None)):
            caller = await place.a_caller(name, email)
            with pytest.raises(AnotherAddressInvited):
                await accept(caller=caller, token=token)
            assert await place.roles_of(caller.user) == []
        assert await place.accept(token)

    async def test_guess_begins_no_transaction(self, place: Installation) -> None:
        """It would lock the roles, for which all acts of administrators wait."""
        caller, unit_of_work = await place.a_caller("ann"), place.app.container.stored_unit_of_work()
        assert isinstance(unit_of_work, FakeUnitOfWork)
        before = unit_of_work.begun
        with pytest.raises(InvalidLink):
            await place.app.container.accept_invitation_as_user()(caller=caller, token="fa_in_" + 43 * "A")
        assert unit_of_work.begun == before

    async def test_of_the_one_who_invited(self, place: Installation) -> None:
        """D2: principals give no roles to themselves."""
        await place.app.a_verified_address(EMAIL, username="helper1")
        await place.invite(place.helper, roles=["clerk"])
        caller = await caller_of(place.app, await place.app.a_log_in("helper1"))
        token = await place.token()
        with pytest.raises(OwnAccount):
            await place.app.container.accept_invitation_as_user()(caller=caller, token=token)

    async def test_of_one_who_holds_more(self, place: Installation) -> None:
        """D3."""
        await place.app.a_verified_address(EMAIL, username="root1")
        await place.invite(place.helper, roles=["clerk"])
        caller = await caller_of(place.app, await place.app.a_log_in("root1"))
        token = await place.token()
        with pytest.raises(InvalidLink):
            await place.app.container.accept_invitation_as_user()(caller=caller, token=token)


class TestInvite:
    async def test_needs_permissions(self, place: Installation) -> None:
        app = place.app
        for permissions, roles, user_id in (
            ([], [], place.helper.id),
            ([WRITE_ROLES], [], place.helper.id),
            ([WRITE_USERS], ["clerk"], place.helper.id),
            ([WRITE_USERS, WRITE_ROLES, "orders:read"], ["clerk"], None),  # D7: a client
        ):
            acting = Principal(
                kind=PrincipalKind.USER if user_id else PrincipalKind.CLIENT,
                permissions=frozenset(permissions),
                user_id=user_id,
            )
            with pytest.raises(NotPermitted):
                await place.invite(acting, roles=roles)
        assert (app.storage.invitations, await app.deliver()) == ({}, [])
        made = await app.container.create_client()(name="hr", permissions=[WRITE_USERS])
        client = Principal(
            kind=PrincipalKind.CLIENT, permissions=frozenset({WRITE_USERS}), client_id=made.client.id
        )
        assert (await place.invite(client)).invited_by is None

    async def test_roles_are_given_by_a_user_who_may_give_roles_now(self, place: Installation) -> None:
        """D5 judges the roles again by that user. A client is none, and a role may have been revoked."""
        both, app = frozenset({WRITE_USERS, WRITE_ROLES, "orders:read"}), place.app
        made = await app.container.create_client()(name="hr", permissions=both)
        client = Principal(kind=PrincipalKind.CLIENT, permissions=both, client_id=made.client.id)
        earlier = await principal_of(app, place.helper)
        app.storage.roles["helper"] = Role(name="helper", permissions=both - {WRITE_ROLES})
        for acting in (client, earlier):
            with pytest.raises(NotPermitted) as refused:
                await place.invite(acting, roles=["clerk"])
            assert refused.value.permission == WRITE_ROLES
        assert app.storage.invitations == {}

    async def test_roles_within_ones_own(self, place: Installation) -> None:
        """D1."""
        assert await place.invite(place.helper, roles=["clerk"])
        for role in ("boss", "admin"):
            with pytest.raises(PermissionNotHeld):
                await place.invite(place.helper, roles=["clerk", role])
        with pytest.raises(RoleNotFound):
            await place.invite(roles=["none"])

    async def test_result_is_the_same_for_a_known_address(self, place: Installation) -> None:
        await place.a_caller("bea", "bea@example.com")
        await place.app.deliver()
        for email in ("bea@example.com", "nobody@example.com"):
            invitation = await place.invite(email=email)
            assert (invitation.email.text, invitation.roles) == (email, ())
            (mail,) = await place.app.deliver()
            assert mail.to == email

    async def test_all_violations_are_listed(self, place: Installation) -> None:
        with pytest.raises(InvalidInput) as caught:
            await place.invite(email="no address", expires_in_days=31, locale="?")
        assert [(each.field, each.code) for each in caught.value.violations] == [
            ("email", "not_an_address"),
            ("expires_in_days", "out_of_range"),
            ("locale", "not_allowed"),
        ]
        for days in (0, -1):
            with pytest.raises(InvalidInput):
                await place.invite(expires_in_days=days)

    async def test_actor_is_recorded(self, place: Installation) -> None:
        """D8."""
        invitation = await place.invite(place.helper)
        entry = place.app.storage.entries[-1]
        assert (entry.event.type, entry.event.detail) == (EventType.INVITATION_CREATED, str(invitation.id))
        assert entry.source
        assert entry.source.actor_id == place.helper.id


class TestInviterAtAcceptance:
    """D5: only roles count that the inviting principal may give at the time of the acceptance."""

    @pytest.mark.parametrize("change", ["disabled", "role revoked", "role gained a permission", "role gone"])
    async def test_may_no_longer_give(self, place: Installation, change: str) -> None:
        app = place.app
        await place.invite(place.helper, roles=["clerk"])
        token = await place.token()
        if change == "disabled":
            await app.disable_user(username="helper1")
        elif change == "role revoked":
            await app.revoke_role(username="helper1", role="helper")
        elif change == "role gained a permission":
            more = frozenset({"orders:read", "orders:write"})
            app.storage.roles["clerk"] = Role(name="clerk", permissions=more)
        else:
            del app.storage.roles["clerk"]
        with pytest.raises(InvalidLink):
            await place.accept(token)
        assert not [each for each in app.storage.users.values() if each.username.display == "ann"]

    async def test_without_roles_too(self, place: Installation) -> None:
        await place.invite(place.helper)
        token = await place.token()
        await place.app.disable_user(username="helper1")
        with pytest.raises(InvalidLink):
            await place.accept(token)

    @pytest.mark.parametrize("end", ["disabled", "removed"])
    async def test_of_a_client_that_is_gone_gives_an_account_alone(
        self, place: Installation, end: str
    ) -> None:
        """It has no roles that could be judged. The audit trail names the client, so it can be withdrawn."""
        app = place.app.container
        made = await app.create_client()(name="hr", permissions=[WRITE_USERS])
        client = Principal(
            kind=PrincipalKind.CLIENT, permissions=made.client.permissions, client_id=made.client.id
        )
        invitation = await place.invite(client)
        if end == "disabled":
            await app.change_client()(name="hr", disabled=True)
        else:
            await app.remove_client()(name="hr")
        user = await place.accept(await place.token())
        assert await place.roles_of(user) == []
        created = [each for each in place.app.storage.entries if each.source and each.source.client_id]
        assert [(each.event.type, each.event.detail) for each in created] == [
            (EventType.INVITATION_CREATED, str(invitation.id))
        ]

    async def test_of_an_operator_counts(self, place: Installation) -> None:
        made = await place.app.container.invite_by_operator()(
            request=InvitationRequest(email=EMAIL, roles=["admin"]), by_mail=False
        )
        assert made.link
        assert made.link not in repr(made)
        assert await place.app.deliver() == []
        user = await place.accept(made.link.partition("#token=")[2])
        assert await place.roles_of(user) == ["admin"]


class TestModes:
    @pytest.mark.parametrize("mode", RegistrationMode)
    async def test_invitation_opens_each_mode_but_off(self, mode: RegistrationMode) -> None:
        """R57: an invitation opens what is closed to others, but not what is off."""
        place = await Installation().begin()
        await place.invite()
        token = await place.token()
        container = a_container(
            settings=Settings(registration=mode),
            secret_keys=(A_SECRET_KEY,),
            **fakes_over(place.app.storage, place.app.hasher),
        )
        accept, invite = container.accept_invitation(), container.invite_by_admin()
        given: dict[str, Any] = {
            "username": "ann",
            "password": "p",
            "fullname": "Ann",
            "locale": None,
            "address": "192.0.2.1",
        }
        acting, request = await principal_of(place.app, place.root), InvitationRequest(email=EMAIL)
        if mode is RegistrationMode.OFF:
            with pytest.raises(RegistrationClosed):
                await accept(token=token, **given)
            with pytest.raises(RegistrationClosed):
                await invite(acting=acting, request=request)
        else:
            assert await accept(token=token, **given)
            assert await invite(acting=acting, request=request)

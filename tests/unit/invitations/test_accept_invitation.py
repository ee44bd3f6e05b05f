"""What an account that is created by an invitation has, and what is checked before it is."""

import pytest
from tests.admin_helpers import a_user_with, principal_of
from tests.application import Application, RateLimitedApplication
from tests.builders import a_policy
from tests.mail_helpers import token_of

from fastauth.application.invitations.invite import InvitationRequest
from fastauth.domain.accounts.user import User
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.errors import InvalidInput
from fastauth.domain.invitations.errors import LogInToAccept
from fastauth.domain.one_time_tokens.errors import InvalidLink
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.domain.roles.permissions import WRITE_ROLES, WRITE_USERS
from fastauth.domain.roles.role import Role

EMAIL = "ann@example.com"


async def a_token(app: Application, email: str = EMAIL) -> str:
    """Invite a person as an operator; return the token of the mail."""
    await app.container.invite_by_operator()(request=InvitationRequest(email=email), by_mail=True)
    return token_of("fa_in_", await app.deliver())


async def accept(app: Application, token: str, username: str = "ann", **more: str | None) -> User:
    values = {"password": "a password", "fullname": "Ann Lee", "locale": None, "address": "192.0.2.1"}
    accept_invitation = app.container.accept_invitation()
    return await accept_invitation(token=token, username=username, **values | more)  # type: ignore[arg-type]  # by name


class TestAcceptInvitation:
    async def test_account_has_its_values_and_events(self) -> None:
        app = Application()
        token = await a_token(app)
        app.clock.advance(minutes=1)
        before, now = len(app.storage.events), app.clock.now()
        user = await accept(app, token, locale="de")
        assert (user.username.display, user.fullname.text, user.locale) == ("ann", "Ann Lee", "de")
        (address,) = app.storage.addresses.values()
        assert (address.address.text, address.added_at, address.verified_at) == (EMAIL, now, now)
        (_, verified, accepted) = app.storage.events[before:]
        assert verified == Event(type=EventType.EMAIL_VERIFIED, occurred_at=now, user_id=user.id)
        assert accepted == Event(
            type=EventType.INVITATION_ACCEPTED, occurred_at=now, user_id=user.id, detail="1"
        )

    async def test_password_is_not_built_on_the_own_words(self) -> None:
        app = Application(password_policy=a_policy(reject_user_attributes=True))
        token = await a_token(app)
        for password in ("Lee1234", "ann!"):
            with pytest.raises(InvalidInput) as refused:
                await accept(app, token, password=password)
            assert [each.code for each in refused.value.violations] == ["contains_user_data"]
        assert await accept(app, token)

    async def test_registrations_of_a_network_are_limited(self) -> None:
        app = RateLimitedApplication()
        limits = app.rate_limiter.limits
        assert limits
        for number in range(limits.registrations_per_network.attempts):
            email = f"ann{number}@example.com"
            await accept(app, await a_token(app, email), f"ann{number}")
        token = await a_token(app)
        with pytest.raises(TooManyRequests):
            await accept(app, token)
        assert await accept(app, token, address="198.51.100.1")

    async def test_address_of_an_account_is_refused_before_a_password_is_hashed(self) -> None:
        app = Application()
        token = await a_token(app)
        await a_user_with(app, "bea")
        await app.a_verified_address(EMAIL, username="bea")
        hashed = app.hasher.hashed
        with pytest.raises(LogInToAccept):
            await accept(app, token)
        assert app.hasher.hashed == hashed


class TestInviter:
    async def test_needs_to_give_roles_only_if_the_invitation_has_some(self) -> None:
        """And no other permission than what the invitation needs, at the time of the acceptance."""
        for held, roles, accepted in (
            ({WRITE_USERS}, [], True),
            ({WRITE_USERS, WRITE_ROLES}, ["empty"], True),
            ({WRITE_USERS}, ["empty"], False),
            ({WRITE_ROLES}, [], False),
        ):
            app = Application()
            app.storage.roles["empty"] = Role(name="empty")
            app.storage.roles["helper"] = Role(
                name="helper", permissions=frozenset({WRITE_USERS, WRITE_ROLES})
            )
            helper = await a_user_with(app, "helper1", "helper")
            await app.container.invite_by_admin()(
                acting=await principal_of(app, helper), request=InvitationRequest(email=EMAIL, roles=roles)
            )
            token = token_of("fa_in_", await app.deliver())
            app.storage.roles["helper"] = Role(name="helper", permissions=frozenset(held))
            if accepted:
                user = await accept(app, token)
                assert app.storage.events[-1] == Event(
                    type=EventType.INVITATION_ACCEPTED,
                    occurred_at=app.clock.now(),
                    user_id=user.id,
                    detail="1",
                )
            else:
                with pytest.raises(InvalidLink):
                    await accept(app, token)

    async def test_invitation_may_have_every_role(self) -> None:
        app = Application()
        roles = sorted(app.storage.roles)
        request = InvitationRequest(email=EMAIL, roles=roles)
        await app.container.invite_by_operator()(request=request, by_mail=True)
        user = await accept(app, token_of("fa_in_", await app.deliver()))
        assert [each.role for each in await app.container.roles().of_user(user.id)] == roles

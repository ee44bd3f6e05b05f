"""An invitation that ends while the password of its acceptance is hashed."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.application import Application
from tests.fakes import FakePasswordHasher
from tests.mail_helpers import token_of

from fastauth.application.invitations.invite import InvitationRequest
from fastauth.domain.accounts.user import User
from fastauth.domain.invitations.invitation import Invitation
from fastauth.domain.one_time_tokens.errors import InvalidLink
from fastauth.domain.passwords.password import Password, PasswordHash

Meanwhile = Callable[[Application, Invitation, str], Awaitable[object]]


class SlowHasher(FakePasswordHasher):
    """Calls `meanwhile` once, before it hashes."""

    meanwhile: Callable[[], Awaitable[object]] | None = None

    async def hash(self, password: Password) -> PasswordHash:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile:
            await meanwhile()
        return await super().hash(password)


async def accept(app: Application, token: str, username: str) -> User:
    return await app.container.accept_invitation()(
        token=token, username=username, password="sntsh", fullname="Ann", locale=None, address="192.0.2.1"
    )


async def withdrawn(app: Application, invitation: Invitation, _: str) -> None:
    await app.container.withdraw_invitation()(acting=None, invitation_id=invitation.id)


async def replaced(app: Application, invitation: Invitation, _: str) -> None:
    """Put another invitation under the id, as a database from before the ids were unique may have."""
    later = replace(invitation, created_at=invitation.created_at + timedelta(seconds=1))
    app.storage.invitations[invitation.id] = later


async def accepted(app: Application, _: Invitation, token: str) -> None:
    await accept(app, token, "bea")


class TestAcceptance:
    @pytest.mark.parametrize(
        ("meanwhile", "usernames"), [(withdrawn, set()), (replaced, set()), (accepted, {"bea"})]
    )
    async def test_ends_meanwhile(self, meanwhile: Meanwhile, usernames: set[str]) -> None:
        hasher = SlowHasher()
        app = Application(hasher=hasher)
        request = InvitationRequest(email="ann@example.com")
        invitation = (await app.container.invite_by_operator()(request=request, by_mail=True)).invitation
        token = token_of("fa_in_", await app.deliver())
        hasher.meanwhile = lambda: meanwhile(app, invitation, token)
        with pytest.raises(InvalidLink):
            await accept(app, token, "ann")
        assert {user.username.display for user in app.storage.users.values()} == usernames

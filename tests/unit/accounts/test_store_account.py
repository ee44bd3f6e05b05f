"""Store an account that has another credential than a password."""

import pytest
from tests.application import Application
from tests.builders import a_new_user, an_address

from fastauth.application.accounts.registration_rules import Registration
from fastauth.domain.accounts.errors import UsernameTaken
from fastauth.domain.accounts.user import User
from fastauth.domain.audit.event import EventType
from fastauth.domain.outbox.message import OutboxKind
from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.unit_of_work import Transaction


class RefusedCredential(Exception):
    pass


async def add_credential(transaction: Transaction, user: User) -> None:
    """Find the account in the transaction that stores it."""
    assert await transaction.users.get(user.id) == user


async def refuse(_transaction: Transaction, _user: User) -> None:
    raise RefusedCredential


class TestAccountWithoutPassword:
    async def test_is_stored_with_its_address(self, app: Application) -> None:
        registration = Registration(a_new_user("ann"), an_address("ann@example.com"))
        user = await app.container.store_account().without_password(
            registration, add_credential=add_credential
        )
        assert not (await app.container.passwords().get(user.id)).is_usable
        assert app.event_types()[-2:] == [EventType.USER_CREATED, EventType.EMAIL_ADDED]
        (queued,) = (each.record for each in app.storage.outbox.values())
        assert (queued.kind, queued.user_id) == (OutboxKind.VERIFICATION, user.id)

    async def test_is_not_stored_if_its_credential_is_refused(self, app: Application) -> None:
        before = app.event_types()
        with pytest.raises(RefusedCredential):
            await app.container.store_account().without_password(
                Registration(a_new_user("ann"), an_address()), add_credential=refuse
            )
        assert await app.container.users().find(a_new_user("ann").username) is None
        assert (app.event_types(), app.storage.outbox) == (before, {})

    async def test_taken_name_is_rejected(self, app: Application) -> None:
        with pytest.raises(UsernameTaken):
            await app.container.store_account().without_password(
                Registration(a_new_user("SANTOSH"), None), add_credential=add_credential
            )

    async def test_no_password_logs_in(self, app: Application) -> None:
        """The work is that of a wrong password."""
        user = await app.container.store_account().without_password(
            Registration(a_new_user("ann"), None), add_credential=add_credential
        )
        stored = (await app.container.passwords().get(user.id)).encoded
        for password in ("", "!", stored, "sntsh"):
            app.hasher.hashed = app.hasher.verified = 0
            with pytest.raises(InvalidCredentials):
                await app.a_log_in("ann", password)
            assert (app.hasher.hashed, app.hasher.verified) == (0, 1)

"""Which events have a mail to the owner of the account, and to which addresses it goes."""

import json
from dataclasses import replace

import pytest
from tests.application import A_DEVICE, Application
from tests.factor_helpers import enrolled
from tests.fakes import FakePasswordHasher, FakeSecretBox, FakeStorage, FakeUnitOfWork
from tests.harness.tables import row
from tests.mail_helpers import template_of, token_in
from tests.session_helpers import begun, caller_of, refresh

from fastauth.application.mail.notices import NO_NOTICE, NOTICES
from fastauth.domain.accounts.user import UserId
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.mail.errors import MailRejected
from fastauth.domain.mail.message import Message
from fastauth.domain.outbox.sealed import PURPOSE
from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.passwords.password import Password, PasswordHash
from fastauth.domain.sessions.errors import InvalidRefreshToken

ADDRESS, NEW = "santosh@example.com", "new@example.com"


@pytest.fixture
async def app() -> Application:
    app = Application()
    await app.a_user()
    await app.a_verified_address(ADDRESS)
    return app


def notices_in(mails: list[Message]) -> set[tuple[str, str]]:
    return {(mail.to, template_of(mail)) for mail in mails}


class TestTable:
    def test_has_a_notice_or_a_reason_for_every_event(self) -> None:
        """ASVS 6.3.7: users are notified of changes of their credentials."""
        for event_type in EventType:
            with row(event_type):
                assert (event_type in NOTICES) != (event_type in NO_NOTICE)
                reason = NO_NOTICE.get(event_type, "It has a mail.")
                assert reason.endswith(".")
                assert len(reason.split()) > 2


class TestNotice:
    async def test_of_a_new_password(self, app: Application) -> None:
        caller = await caller_of(app, await app.a_log_in())
        await app.deliver()
        await app.change_password(
            caller=caller, current_password="sntsh", new_password="another", address="192.0.2.1"
        )
        (mail,) = await app.deliver()
        assert notices_in([mail]) == {(ADDRESS, "password_changed")}
        assert "username: santosh\n" in mail.text
        assert "when: 2026-11-22 12:00 UTC\n" in mail.text

    async def test_of_acts_of_an_operator(self, app: Application) -> None:
        await app.set_password(username="santosh", password="another")
        await app.disable_user(username="santosh")
        assert notices_in(await app.deliver()) == {
            (ADDRESS, "password_changed"),
            (ADDRESS, "account_disabled"),
        }

    async def test_of_a_role(self, app: Application) -> None:
        user = await app.find_user(username="santosh")
        granted = Event(
            type=EventType.ROLE_GRANTED, occurred_at=app.clock.now(), user_id=user.id, detail="admin"
        )
        async with app.container.unit_of_work().begin() as transaction:
            await transaction.events.record(granted)
            await transaction.commit()
        (mail,) = await app.deliver()
        assert notices_in([mail]) == {(ADDRESS, "role_granted")}
        assert "role: admin\n" in mail.text

    async def test_of_a_reused_refresh_token(self, app: Application) -> None:
        tokens = await app.a_log_in()
        await app.deliver()
        await refresh(app, await refresh(app, tokens))
        app.clock.advance(minutes=10)
        with pytest.raises(InvalidRefreshToken):
            await refresh(app, tokens)
        assert notices_in(await app.deliver()) == {(ADDRESS, "session_reused")}

    async def test_goes_to_a_replaced_address_for_seven_days(self, app: Application) -> None:
        """An attacker who changes the address first does not keep the owner from the notices after it."""
        caller = await caller_of(app, await app.a_log_in())
        await app.change_address(caller=caller, email=NEW)
        (change,) = [mail for mail in await app.deliver() if mail.to == NEW]
        await app.verify_address(caller=caller, token=token_in(change))
        await app.deliver()
        app.clock.advance(days=7)
        await app.set_password(username="santosh", password="another")
        assert notices_in(await app.deliver()) == {(ADDRESS, "password_changed"), (NEW, "password_changed")}
        app.clock.advance(seconds=1)
        await app.set_password(username="santosh", password="a third")
        assert notices_in(await app.deliver()) == {(NEW, "password_changed")}

    async def test_goes_to_the_address_of_the_time_of_the_event(self, app: Application) -> None:
        await app.set_password(username="santosh", password="another")
        caller = await caller_of(app, await app.a_log_in(password="another"))
        await app.remove_address(caller=caller)
        assert (ADDRESS, "password_changed") in notices_in(await app.deliver())

    async def test_is_not_sent_to_a_pending_address(self, app: Application) -> None:
        await app.a_user("bob")
        bob = await caller_of(app, await app.a_log_in("bob"))
        await app.change_address(caller=bob, email="bob@example.com")
        await app.deliver()
        await app.set_password(username="bob", password="another")
        await app.disable_user(username="bob")
        assert await app.deliver() == []

    async def test_refused_for_good_marks_the_address(self, app: Application) -> None:
        await app.set_password(username="santosh", password="another")
        app.mail_transport.failure = MailRejected("550")
        assert await app.deliver() == []
        (record,) = app.storage.addresses.values()
        assert record.undeliverable_at == app.clock.now()

    async def test_is_in_the_language_of_the_user(self, app: Application) -> None:
        user = await app.find_user(username="santosh")
        app.storage.users[user.id] = replace(user, locale="de-AT")
        await app.set_password(username="santosh", password="another")
        (mail,) = await app.deliver()
        assert mail.language == "de"

    async def test_is_not_queued_without_an_address(self, app: Application) -> None:
        await app.a_user("bob")
        await app.a_log_in("bob")
        await app.set_password(username="bob", password="another")
        assert app.storage.outbox == {}

    async def test_is_queued_for_another_version(self, app: Application) -> None:
        """It may deliver the entry, so the members of the content stay."""
        await app.set_password(username="santosh", password="another")
        (entry,) = app.storage.outbox.values()
        assert entry.sealed
        assert json.loads(FakeSecretBox().open(entry.sealed, purpose=PURPOSE)) == {
            "template": "password_changed",
            "to": ADDRESS,
            "to_key": ADDRESS,
            "when": "2026-11-22 12:00 UTC",
            "address": "",
            "role": "",
        }

    async def test_is_not_queued_where_no_mail_is_sent(self, app: Application) -> None:
        notices = replace(app.container.notices(), sends_mail=False)
        changed = Event(type=EventType.PASSWORD_CHANGED, occurred_at=app.clock.now(), user_id=UserId(1))
        async with app.container.stored_unit_of_work().begin() as transaction:
            await notices.add(transaction, changed)
            await transaction.commit()
        assert app.storage.outbox == {}


class DisabledMeanwhile(FakePasswordHasher):
    """While it verifies, an operator disables the account."""

    def __init__(self, storage: FakeStorage) -> None:
        super().__init__()
        self._storage = storage

    async def verify_and_update(self, password: Password, stored: PasswordHash | None) -> PasswordHash:
        current = await super().verify_and_update(password, stored)
        for user in self._storage.users.values():
            self._storage.users[user.id] = replace(user, disabled_at=self._storage.clock.now())
        return current


class TestLogInFromNewDevice:
    async def test_has_a_mail_with_the_network_address(self, app: Application) -> None:
        await app.log_in(username="santosh", password="sntsh", client=A_DEVICE)
        (mail,) = await app.deliver()
        assert notices_in([mail]) == {(ADDRESS, "login_from_new_device")}
        assert "address: 192.0.2.1\n" in mail.text

    async def test_has_its_mail_after_the_second_factor(self, app: Application) -> None:
        user = await enrolled(app)
        challenge = await user.challenge()
        assert await app.deliver() == []
        await user.answer(challenge, user.code())
        assert notices_in(await app.deliver()) == {(ADDRESS, "login_from_new_device")}

    async def test_known_device_causes_no_notice(self, app: Application) -> None:
        first = begun(await app.log_in(username="santosh", password="sntsh", client=A_DEVICE))
        await app.deliver()
        await app.log_in(
            username="santosh", password="sntsh", client=A_DEVICE, device_token=first.device_token
        )
        assert await app.deliver() == []

    async def test_costs_an_account_without_an_address_no_transaction(self) -> None:
        storage = FakeStorage()
        unit_of_work = FakeUnitOfWork(storage)
        app = Application(storage=storage, unit_of_work=unit_of_work)
        await app.a_user()
        await app.a_log_in()
        assert (unit_of_work.begun, storage.outbox) == (0, {})
        await app.a_verified_address(ADDRESS)
        await app.a_log_in()
        assert (unit_of_work.begun, len(storage.outbox)) == (1, 1)

    async def test_is_not_stored_if_the_session_is_not(self) -> None:
        storage = FakeStorage()
        app = Application(storage=storage, hasher=DisabledMeanwhile(storage))
        await app.a_user()
        await app.a_verified_address(ADDRESS)
        with pytest.raises(InvalidCredentials):
            await app.a_log_in()
        assert (storage.outbox, storage.sessions) == ({}, {})

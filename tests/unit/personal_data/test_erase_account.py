"""What is left of an account that was erased."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.application import A_DEVICE, Application
from tests.builders import an_erasure
from tests.fakes import FakeSecretBox

from fastauth.domain.accounts.user import UserId
from fastauth.domain.accounts.username import Username
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.mail.template import show_time
from fastauth.domain.outbox.message import OutboxKind
from fastauth.domain.outbox.sealed import PURPOSE
from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.personal_data.erased_list import ErasedList
from fastauth.domain.personal_data.erasure import Erasure, NameDigest, NameDigests
from fastauth.domain.revocations.revocation import Revocation, RevocationKind
from fastauth.domain.secret_key import SecretKey

ANN = UserId(1)
KEY = SecretKey(b"the secret key of this year, 32 bytes")


def waiting(app: Application) -> Any:  # noqa: ANN401  JSON
    """Return the content of the mail that waits, which is of no account."""
    (entry,) = [each for each in app.storage.outbox.values() if each.record.done_at is None]
    assert (entry.record.kind, entry.record.user_id) == (OutboxKind.ACCOUNT_ERASED, None)
    assert entry.sealed
    return json.loads(FakeSecretBox().open(entry.sealed, purpose=PURPOSE))


class TestEraseAccount:
    async def test_publishes_the_erasure_and_sends_a_mail(self) -> None:
        app = Application()
        await app.register_user(
            username="ann", password="a password", fullname="Ann Lee", locale="de", address=None
        )
        await app.a_verified_address("ann@example.com", username="ann")
        await app.container.close_user()(username="ann")
        digest = app.storage.erasures[ANN].name_digest
        asked = app.storage.erasures[ANN].requested_at
        app.clock.advance(timedelta(days=8))
        now = app.clock.now()
        await app.deliver()
        assert await app.container.erase_account()(ANN)
        assert app.storage.revocations[-1] == Revocation.of_user(ANN, at=now)
        assert app.storage.events[-1] == Event(type=EventType.USER_ERASED, occurred_at=now, user_id=ANN)
        assert app.storage.erasures == {
            ANN: Erasure(
                user_id=ANN,
                requested_at=asked,
                erase_at=asked + timedelta(days=7),
                erased_at=now,
                disabled_before=None,
                name_digest=digest,
                name_rests_until=now + timedelta(days=90),
            )
        }
        assert waiting(app) == {
            "to": "ann@example.com",
            "to_key": "ann@example.com",
            "username": "ann",
            "when": show_time(now),
            "locale": "de",
        }

    async def test_language_of_the_mail_may_be_unknown(self) -> None:
        app = Application()
        await app.a_user("ann")
        await app.a_verified_address("ann@example.com", username="ann")
        await app.deliver()
        await app.container.close_user()(username="ann", at_once=True)
        assert waiting(app)["locale"] == ""

    async def test_ends_api_keys(self) -> None:
        app = Application()
        await app.a_user("ann")
        await app.grant_role(username="ann", role="auditor")
        new = await app.container.issue_api_key()(username="ann", name="A", scopes=["fastauth:users.read"])
        await app.container.close_user()(username="ann")
        app.clock.advance(timedelta(days=7))
        before = len(app.storage.revocations)
        assert await app.container.erase_account()(ANN)
        now = app.clock.now()
        assert app.storage.revocations[before:] == [
            Revocation(now, RevocationKind.SESSION, f"key:{new.key.id}"),
            Revocation.of_user(ANN, at=now),
        ]

    async def test_clears_failed_log_ins_with_the_name(self) -> None:
        app = Application()
        await app.a_user("ann")
        with pytest.raises(InvalidCredentials):
            await app.container.log_in()(username="ann", password="wrong", client=A_DEVICE)
        assert app.storage.events[-1].username_digest
        await app.container.close_user()(username="ann", at_once=True)
        assert [each for each in app.storage.events if each.username_digest] == []

    async def test_account_that_is_gone_keeps_the_digest_of_the_request(self) -> None:
        """Another program may have deleted the row."""
        app = Application()
        pending = an_erasure(ANN, at=app.clock.now())
        await app.container.erasures().request(pending)
        assert await app.container.erase_account()(ANN)
        assert app.storage.erasures[ANN].name_digest == pending.name_digest
        assert app.storage.outbox == {}

    async def test_digest_is_of_the_name_at_the_end(self) -> None:
        """An operator may have renamed the account meanwhile, or the secret key is a newer one."""
        app = Application()
        await app.a_user("ann")
        name = app.storage.users[ANN].username
        await app.container.erasures().request(an_erasure(ANN, at=app.clock.now()))
        assert await app.container.erase_account()(ANN)
        assert app.storage.erasures[ANN].name_digest == app.container.name_digests().digest(name)

    async def test_changes_nothing_before_its_time(self) -> None:
        app = Application()
        await app.a_user("ann")
        await app.container.close_user()(username="ann")
        app.clock.advance(timedelta(days=7) - timedelta(microseconds=1))
        before = len(app.storage.revocations), len(app.storage.events)
        assert not await app.container.erase_account()(ANN)
        assert (len(app.storage.revocations), len(app.storage.events)) == before
        assert ANN in app.storage.users

    async def test_not_due_changes_nothing_in_a_transaction_of_others(self) -> None:
        """Any code that shares the transaction may commit it."""
        app = Application()
        await app.a_user("ann")
        await app.container.close_user()(username="ann")
        before = len(app.storage.revocations), len(app.storage.events)
        async with app.container.unit_of_work().share() as shared:
            assert not await app.container.erase_account()(ANN)
            await shared.transaction.commit()
        assert (len(app.storage.revocations), len(app.storage.events)) == before


class TestDigests:
    """They are stored or kept beside backups: other versions compute the same."""

    def test_digest_of_a_name_is_stable_across_versions(self) -> None:
        name = Username.parse("ann", Application().container.usernames())
        assert [each.hex() for each in NameDigests(KEY).candidates(name)] == [
            "26d1f6c0adcfa494f2a0730c10cde3d344b12de4188616d1e7b18a94dfa520e2"
        ]

    def test_signed_line_is_stable_across_versions(self) -> None:
        erasure = an_erasure(ANN, at=datetime(2026, 1, 2, tzinfo=UTC))
        line = ErasedList(KEY).line(replace(erasure, name_digest=NameDigest(b"x" * 32)))
        assert json.loads(line) == {
            "user_id": 1,
            "name_digest": "78" * 32,
            "mac": "d0d86421c9cacedf803df3afdd968b06cbc0bf90f966aa533fc8af2292cb805a",
        }

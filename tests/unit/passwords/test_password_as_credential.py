"""Accounts get a first password, and give their password up."""

import asyncio
from dataclasses import replace
from secrets import token_bytes

import pytest
from tests.application import A_DEVICE, Application, RateLimitedApplication
from tests.builders import a_credential, a_policy
from tests.mail_helpers import template_of, token_of
from tests.session_helpers import caller_of, happened, is_over, refresh

from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.errors import InvalidInput
from fastauth.domain.mail.template import MailTemplate
from fastauth.domain.passkeys.passkey import PasskeyName, UserHandle
from fastauth.domain.passwords.errors import (
    HashingOverloaded,
    InvalidCredentials,
    LastCredential,
    NoPassword,
    PasswordExists,
    WrongPassword,
)
from fastauth.domain.passwords.password import PasswordHash
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.domain.sessions.access_token import TokenPair
from fastauth.domain.sessions.errors import StepUpRequired


async def add_passkey(app: Application, tokens: TokenPair) -> None:
    caller = await caller_of(app, tokens)
    await app.container.passkeys().add(
        caller.user.id,
        a_credential(),
        handle=UserHandle(token_bytes(32)),
        name=PasskeyName("Phone"),
        now=app.clock.now(),
    )


async def remove_password(app: Application, tokens: TokenPair) -> None:
    await app.remove_password(caller=await caller_of(app, tokens))


async def add_password(app: Application, tokens: TokenPair, password: str = "another") -> None:
    await app.add_password(caller=await caller_of(app, tokens), new_password=password)


@pytest.fixture
async def passkey(app: Application, tokens: TokenPair) -> None:
    await add_passkey(app, tokens)


@pytest.fixture
async def no_password(app: Application, tokens: TokenPair, passkey: None) -> None:
    await remove_password(app, tokens)


class TestRemovePassword:
    @pytest.mark.usefixtures("passkey")
    async def test_ends_other_sessions_and_starts_none(self, app: Application, tokens: TokenPair) -> None:
        other = await app.a_log_in()
        await remove_password(app, tokens)
        assert await is_over(app, other)
        assert await refresh(app, tokens)
        with pytest.raises(InvalidCredentials):
            await app.a_log_in()
        session = (await caller_of(app, tokens)).session
        (event,) = happened(app, EventType.PASSWORD_REMOVED)
        assert event == Event(
            type=EventType.PASSWORD_REMOVED,
            occurred_at=app.clock.now(),
            user_id=session.user_id,
            session_id=session.id,
        )

    async def test_last_credential_stays(self, app: Application, tokens: TokenPair) -> None:
        other = await app.a_log_in()
        with pytest.raises(LastCredential):
            await remove_password(app, tokens)
        assert await refresh(app, other)
        assert await app.a_log_in()
        assert happened(app, EventType.PASSWORD_REMOVED) == []

    @pytest.mark.usefixtures("passkey")
    async def test_passkey_is_no_credential_where_there_are_none(
        self, app: Application, tokens: TokenPair
    ) -> None:
        """An operator has moved the pages to an IP address, for which browsers have no passkeys."""
        without_passkeys = replace(app.remove_password, relying_party=None)
        with pytest.raises(LastCredential):
            await without_passkeys(caller=await caller_of(app, tokens))
        assert await app.a_log_in()

    @pytest.mark.usefixtures("no_password")
    async def test_account_without_one(self, app: Application, tokens: TokenPair) -> None:
        with pytest.raises(NoPassword):
            await remove_password(app, tokens)
        assert len(happened(app, EventType.PASSWORD_REMOVED)) == 1

    @pytest.mark.usefixtures("passkey")
    async def test_needs_a_recent_authentication(self, app: Application, tokens: TokenPair) -> None:
        app.clock.advance(minutes=11)
        caller = await caller_of(app, await refresh(app, tokens))
        with pytest.raises(StepUpRequired):
            await app.remove_password(caller=caller)
        assert await app.a_log_in()

    async def test_changes_are_limited_and_cause_notices(self) -> None:
        app = RateLimitedApplication()
        await app.a_user()
        tokens = await app.a_log_in()
        await app.a_verified_address("ann@example.com")
        await add_passkey(app, tokens)
        await app.deliver()
        await remove_password(app, tokens)
        await add_password(app, tokens)
        templates = {template_of(message) for message in await app.deliver()}
        assert templates == {MailTemplate.PASSWORD_REMOVED, MailTemplate.PASSWORD_ADDED}
        for _ in range(9):
            await remove_password(app, tokens)
            await add_password(app, tokens)
        hashed = app.hasher.hashed
        with pytest.raises(TooManyRequests):
            await remove_password(app, tokens)
        assert app.hasher.hashed == hashed


@pytest.mark.usefixtures("no_password")
class TestAddPassword:
    async def test_logs_in_and_ends_no_session(self, app: Application, tokens: TokenPair) -> None:
        await add_password(app, tokens)
        assert await app.a_log_in(password="another")
        assert await refresh(app, tokens)
        session = (await caller_of(app, tokens)).session
        (event,) = happened(app, EventType.PASSWORD_ADDED)
        assert event == Event(
            type=EventType.PASSWORD_ADDED,
            occurred_at=app.clock.now(),
            user_id=session.user_id,
            session_id=session.id,
        )

    async def test_existing_password_is_not_replaced(self, app: Application, tokens: TokenPair) -> None:
        await add_password(app, tokens)
        hashed = app.hasher.hashed
        with pytest.raises(PasswordExists):
            await add_password(app, tokens, "a third one")
        assert app.hasher.hashed == hashed
        assert await app.a_log_in(password="another")

    async def test_one_of_concurrent_additions_succeeds(self, app: Application, tokens: TokenPair) -> None:
        outcomes = await asyncio.gather(
            *(add_password(app, tokens, f"another {n}") for n in range(4)), return_exceptions=True
        )
        assert sorted(type(each).__name__ for each in outcomes) == ["NoneType", *["PasswordExists"] * 3]

    async def test_needs_a_recent_authentication(self, app: Application, tokens: TokenPair) -> None:
        app.clock.advance(minutes=11)
        caller = await caller_of(app, await refresh(app, tokens))
        with pytest.raises(StepUpRequired):
            await app.add_password(caller=caller, new_password="another")

    async def test_applies_password_policy(self, app: Application, tokens: TokenPair) -> None:
        strict = Application(storage=app.storage, password_policy=a_policy(reject_user_attributes=True))
        with pytest.raises(InvalidInput) as refusal:
            await strict.add_password(caller=await caller_of(app, tokens), new_password="santosh1")
        assert [(v.field, v.code) for v in refusal.value.violations] == [
            ("new_password", "contains_user_data")
        ]

    async def test_overload_stores_nothing(self, app: Application, tokens: TokenPair) -> None:
        app.hasher.overloaded = True
        with pytest.raises(HashingOverloaded):
            await add_password(app, tokens)
        assert happened(app, EventType.PASSWORD_ADDED) == []


@pytest.mark.usefixtures("no_password")
class TestAccountWithoutPassword:
    async def test_log_in_does_the_work_of_a_wrong_password(self, app: Application) -> None:
        app.hasher.hashed = app.hasher.verified = 0
        (stored,) = app.storage.passwords.values()
        for password in ("sntsh", stored.encoded, ""):
            with pytest.raises(InvalidCredentials):
                await app.a_log_in(password=password)
        assert (app.hasher.hashed, app.hasher.verified) == (0, 3)

    async def test_has_no_password_to_change(self, app: Application, tokens: TokenPair) -> None:
        verified = app.hasher.verified
        with pytest.raises(NoPassword):
            await app.change_password(
                caller=await caller_of(app, tokens),
                current_password="sntsh",
                new_password="another",
                address=A_DEVICE.address,
            )
        assert app.hasher.verified == verified
        assert happened(app, EventType.PASSWORD_CHANGE_FAILED) == []

    async def test_does_not_step_up_by_password(self, app: Application, tokens: TokenPair) -> None:
        (stored,) = app.storage.passwords.values()
        for password in ("sntsh", stored.encoded):
            with pytest.raises(WrongPassword):
                await app.step_up(
                    caller=await caller_of(app, tokens), password=password, address=A_DEVICE.address
                )

    async def test_gets_one_by_a_mail(self, app: Application) -> None:
        await app.a_verified_address("ann@example.com")
        await app.request_password_reset(identifier="santosh", address=A_DEVICE.address)
        token = token_of("fa_pr_", await app.deliver())
        await app.complete_password_reset(token=token, new_password="another")
        assert await app.a_log_in(password="another")

    async def test_gets_one_from_an_operator(self, app: Application) -> None:
        await app.set_password(username="santosh", password="another")
        assert await app.a_log_in(password="another")


class TestUnusableHash:
    def test_two_are_never_equal(self) -> None:
        first, second = PasswordHash.unusable(), PasswordHash.unusable()
        assert first != second
        assert first.digest() != second.digest()
        assert [each.is_usable for each in (first, second, PasswordHash(""))] == [False] * 3
        assert PasswordHash("$argon2id$").is_usable

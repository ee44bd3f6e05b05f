"""Adding, listing, renaming and removing passkeys."""

import asyncio
from datetime import timedelta

import pytest
from tests.application import Application, RateLimitedApplication
from tests.contracts.passkeys.passkey_verifier import WRONG_IN_BOTH
from tests.harness.authenticator import DEVICE_BOUND, Authenticator
from tests.passkey_helpers import a_caller, a_passkey
from tests.session_helpers import event_now, happened

from fastauth.application.passkeys.add_passkey import AddedPasskey
from fastauth.domain.accounts.user import UserId
from fastauth.domain.audit.event import EventType
from fastauth.domain.errors import InvalidInput
from fastauth.domain.passkeys.errors import PasskeyNotFound, PasskeyTaken, TooManyPasskeys
from fastauth.domain.passkeys.passkey import MAX_PASSKEYS
from fastauth.domain.passwords.errors import LastCredential
from fastauth.domain.passwords.password import PasswordHash
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.domain.sessions.access_token import TokenPair
from fastauth.domain.sessions.errors import StepUpRequired
from fastauth.domain.sessions.session import AuthenticatedUser


async def a_log_in(app: Application) -> TokenPair:
    await app.a_user()
    return await app.a_log_in()


async def a_reread(app: Application, caller: AuthenticatedUser) -> AuthenticatedUser:
    found = await app.container.sessions().find(caller.session.id, now=app.clock.now())
    assert found
    return found


def mallory_has_anything(app: Application, user_id: UserId) -> bool:
    return any(each.user_id == user_id for each in app.storage.passkeys.values())


class TestAddPasskey:
    async def test_first_one_is_the_first_factor(self) -> None:
        """The account has a factor from now on: recovery codes, and a session of the highest level."""
        app = Application()
        caller = await a_caller(app)
        added = await a_passkey(app, caller, Authenticator())
        assert added.recovery_codes
        assert len(added.recovery_codes) == 10
        assert added.passkey.name.text == "Passkey"
        after = app.storage.sessions[caller.session.id]
        assert after.methods == ("pwd", "swk", "user", "mfa")
        (event,) = happened(app, EventType.PASSKEY_ADDED)
        assert (event.user_id, event.session_id, event.detail) == (
            *(caller.user.id, caller.session.id),
            added.passkey.id,
        )

    async def test_second_one_has_the_same_handle_and_no_codes(self) -> None:
        app, phone, key = Application(), Authenticator(), Authenticator(DEVICE_BOUND)
        tokens = await a_log_in(app)
        await a_passkey(app, await a_caller(app, tokens), phone)
        added = await a_passkey(app, await a_caller(app, tokens), key)
        assert added.recovery_codes is None
        assert phone.credentials[0].handle == key.credentials[0].handle
        assert added.passkey.methods(user_verified=True) == ("hwk", "user")

    async def test_one_authenticator_does_not_add_two(self) -> None:
        """The options exclude the passkeys that there are."""
        app, phone = Application(), Authenticator()
        tokens = await a_log_in(app)
        await a_passkey(app, await a_caller(app, tokens), phone)
        with pytest.raises(AssertionError, match="InvalidStateError"):
            await a_passkey(app, await a_caller(app, tokens), phone)

    async def test_needs_a_fresh_session(self) -> None:
        """Ten minutes after the log-in there are no options, and none of before are accepted."""
        app, phone = Application(), Authenticator()
        caller = await a_caller(app)
        app.clock.advance(timedelta(minutes=8))
        begun = await app.container.begin_passkey()(caller=caller)
        app.clock.advance(timedelta(minutes=3))
        with pytest.raises(StepUpRequired):
            await app.container.begin_passkey()(caller=caller)
        with pytest.raises(StepUpRequired):
            await app.container.add_passkey()(
                caller=caller, token=begun.token, credential=phone.create(begun.options)
            )
        assert app.storage.passkeys == {}

    async def test_session_from_before_the_first_factor_is_not_enough(self) -> None:
        app = Application()
        caller = await a_caller(app)
        older = await a_caller(app, await app.a_log_in())
        await a_passkey(app, caller, Authenticator())
        with pytest.raises(StepUpRequired):
            await app.container.begin_passkey()(caller=await a_reread(app, older))

    async def test_refused_ceremonies(self) -> None:
        """Whatever is wrong, the answer is one, the token is used, and nothing is stored."""
        app = Application()
        caller = await a_caller(app)
        for what, changes in WRONG_IN_BOTH.items():
            begun = await app.container.begin_passkey()(caller=caller)
            phone = Authenticator()
            wrong = phone.create(begun.options, **changes)
            right = phone.create(begun.options)
            for credential in (wrong, right):
                with pytest.raises(InvalidInput) as raised:
                    await app.container.add_passkey()(caller=caller, token=begun.token, credential=credential)
                assert [each.code for each in raised.value.violations] == ["not_a_credential"], what
        assert (app.storage.passkeys, app.storage.handles) == ({}, {})

    async def test_token_of_another_session(self) -> None:
        app, phone = Application(), Authenticator()
        caller = await a_caller(app)
        other = await a_caller(app, await app.a_log_in())
        begun = await app.container.begin_passkey()(caller=other)
        credential = phone.create(begun.options)
        with pytest.raises(InvalidInput):
            await app.container.add_passkey()(caller=caller, token=begun.token, credential=credential)
        assert await app.container.add_passkey()(caller=other, token=begun.token, credential=credential)

    async def test_of_32_in_parallel_one_wins(self) -> None:
        app = Application()
        caller = await a_caller(app)
        begun = await app.container.begin_passkey()(caller=caller)
        credential = Authenticator().create(begun.options)
        add = app.container.add_passkey()
        outcomes = await asyncio.gather(
            *(add(caller=caller, token=begun.token, credential=credential) for _ in range(32)),
            return_exceptions=True,
        )
        assert len([each for each in outcomes if isinstance(each, AddedPasskey)]) == 1
        assert all(isinstance(each, AddedPasskey | InvalidInput) for each in outcomes)

    async def test_credential_of_another_account(self) -> None:
        app, phone = Application(), Authenticator()
        await a_passkey(app, await a_caller(app), phone)
        id_ = phone.credentials[0].id
        await app.a_user("mallory")
        mallory = await a_caller(app, await app.a_log_in("mallory"))
        with pytest.raises(PasskeyTaken):
            await a_passkey(app, mallory, Authenticator(), id_=id_)
        assert not mallory_has_anything(app, mallory.user.id)

    async def test_at_most_twenty(self) -> None:
        app = Application()
        tokens = await a_log_in(app)
        begun = None
        for _ in range(MAX_PASSKEYS):
            caller = await a_caller(app, tokens)
            begun = await app.container.begin_passkey()(caller=caller)
            await a_passkey(app, caller, Authenticator())
        caller = await a_caller(app, tokens)
        with pytest.raises(TooManyPasskeys):
            await app.container.begin_passkey()(caller=caller)
        assert begun
        with pytest.raises(TooManyPasskeys):
            await app.container.add_passkey()(
                caller=caller, token=begun.token, credential=Authenticator().create(begun.options)
            )

    async def test_changes_are_limited(self) -> None:
        """Each of them sends a notice."""
        app = RateLimitedApplication()
        tokens = await a_log_in(app)
        for _ in range(10):
            added = await a_passkey(app, await a_caller(app, tokens), Authenticator())
            await app.container.remove_passkey()(caller=await a_caller(app, tokens), id_=added.passkey.id)
        with pytest.raises(TooManyRequests):
            await a_passkey(app, await a_caller(app, tokens), Authenticator())

    async def test_bad_name_leaves_the_token(self) -> None:
        app = Application()
        caller = await a_caller(app)
        begun = await app.container.begin_passkey()(caller=caller)
        credential = Authenticator().create(begun.options)
        add = app.container.add_passkey()
        for name, code in (("", "empty"), ("a" * 51, "too_long"), ("a\nb", "control_character")):
            with pytest.raises(InvalidInput) as raised:
                await add(caller=caller, token=begun.token, credential=credential, name=name)
            assert [(each.field, each.code) for each in raised.value.violations] == [("name", code)]
        added = await add(caller=caller, token=begun.token, credential=credential, name=" My phone ")
        assert added.passkey.name.text == "My phone"


class TestRemovePasskey:
    async def test_last_factor_of_an_account_with_a_password(self) -> None:
        """A password alone is enough again."""
        app = Application()
        tokens = await a_log_in(app)
        added = await a_passkey(app, await a_caller(app, tokens), Authenticator())
        assert app.storage.recovery_codes
        await app.container.remove_passkey()(caller=await a_caller(app, tokens), id_=added.passkey.id)
        assert (app.storage.passkeys, app.storage.recovery_codes) == ({}, {})
        caller = await a_caller(app, tokens)
        assert (caller.session.methods, caller.user.has_second_factor) == (("pwd",), False)
        assert happened(app, EventType.PASSKEY_REMOVED) == [
            event_now(
                app,
                EventType.PASSKEY_REMOVED,
                user_id=caller.user.id,
                session_id=caller.session.id,
                detail=added.passkey.id,
            )
        ]

    async def test_last_credential_stays(self) -> None:
        app = Application()
        tokens = await a_log_in(app)
        first = await a_passkey(app, await a_caller(app, tokens), Authenticator())
        second = await a_passkey(app, await a_caller(app, tokens), Authenticator())
        caller = await a_caller(app, tokens)
        app.storage.passwords[caller.user.id] = PasswordHash.unusable()
        remove = app.container.remove_passkey()
        outcomes = await asyncio.gather(
            *(remove(caller=caller, id_=each.passkey.id) for each in (first, second)), return_exceptions=True
        )
        assert sorted(map(type, outcomes), key=str) == sorted([type(None), LastCredential], key=str)
        assert len(app.storage.passkeys) == 1

    async def test_of_another_account(self) -> None:
        app = Application()
        added = await a_passkey(app, await a_caller(app), Authenticator())
        await app.a_user("mallory")
        mallory = await a_caller(app, await app.a_log_in("mallory"))
        for id_ in (added.passkey.id, "unknown", "", "\0", "é", "a" * 4000):
            with pytest.raises(PasskeyNotFound):
                await app.container.remove_passkey()(caller=mallory, id_=id_)
            with pytest.raises(PasskeyNotFound):
                await app.container.rename_passkey()(caller=mallory, id_=id_, name="Mine")
        assert await app.container.passkeys().of_user(added.passkey.user_id) == (added.passkey,)

    async def test_needs_a_fresh_session(self) -> None:
        app = Application()
        tokens = await a_log_in(app)
        added = await a_passkey(app, await a_caller(app, tokens), Authenticator())
        caller = await a_caller(app, tokens)
        app.clock.advance(timedelta(minutes=11))
        with pytest.raises(StepUpRequired):
            await app.container.remove_passkey()(caller=caller, id_=added.passkey.id)
        renamed = await app.container.rename_passkey()(caller=caller, id_=added.passkey.id, name="Old")
        own = await app.container.list_passkeys()(caller=caller)
        assert own.passkeys == (renamed,)
        assert own.handle == app.storage.handles[caller.user.id]

"""Registration of an account that has a passkey and no password."""

import asyncio
from datetime import timedelta

import pytest
from tests.application import A_DEVICE, Application, RateLimitedApplication
from tests.contracts.passkeys.passkey_verifier import WRONG_IN_BOTH
from tests.harness.authenticator import Authenticator
from tests.passkey_helpers import a_passkey_owner
from tests.session_helpers import caller_of, event_now, happened

from fastauth.application.passkeys.begin_passkey import CeremonyOptions
from fastauth.application.passkeys.register_with_passkey import RegisteredWithPasskey
from fastauth.domain.accounts.errors import UsernameTaken
from fastauth.domain.audit.event import EventType
from fastauth.domain.errors import InvalidInput
from fastauth.domain.passkeys.errors import PasskeyTaken
from fastauth.domain.passkeys.passkey import PasskeyName
from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.rate_limits.errors import TooManyRequests


async def begin(app: Application, username: str = "santosh", **more: str) -> CeremonyOptions:
    return await app.container.begin_passkey_registration()(
        username=username, fullname="Santosh Kumar", address=A_DEVICE.address, **more
    )


async def register(app: Application, authenticator: Authenticator) -> RegisteredWithPasskey:
    begun = await begin(app)
    credential = authenticator.create(begun.options)
    return await app.container.register_with_passkey()(token=begun.token, credential=credential)


class TestRegisterWithPasskey:
    async def test_account_logs_in_by_the_passkey_alone(self) -> None:
        app, phone = Application(), Authenticator()
        done = await register(app, phone)
        assert (done.user.username.display, done.user.fullname.text) == ("santosh", "Santosh Kumar")
        assert len(done.recovery_codes) == 10
        begun = await app.container.begin_passkey_log_in()()
        result = await app.container.log_in_with_passkey()(
            token=begun.token, credential=phone.get(begun.options), client=A_DEVICE
        )
        caller = await caller_of(app, result.tokens)
        assert (caller.user.id, caller.session.methods) == (done.user.id, ("swk", "user", "mfa"))
        for password in ("", "sntsh", app.storage.passwords[done.user.id].encoded):
            with pytest.raises(InvalidCredentials):
                await app.log_in(username="santosh", password=password, client=A_DEVICE)

    async def test_nothing_is_stored_before(self) -> None:
        app = Application()
        await begin(app)
        assert (app.storage.users, app.storage.one_time_tokens) == ({}, {})

    async def test_options_show_the_account(self) -> None:
        begun = await begin(Application())
        user = begun.options["user"]
        assert (user["name"], user["displayName"], len(user["id"])) == ("santosh", "Santosh Kumar", 43)
        assert begun.options["excludeCredentials"] == []

    async def test_email_is_pending_and_gets_its_mail(self) -> None:
        app, phone = Application(), Authenticator()
        begun = await begin(app, email="santosh@example.com", locale="de")
        await app.container.register_with_passkey()(token=begun.token, credential=phone.create(begun.options))
        (mail,) = await app.deliver()
        assert mail.to == "santosh@example.com"
        assert next(iter(app.storage.users.values())).locale == "de"

    async def test_longest_values(self) -> None:
        """They fit into the token, whatever surrounds them in the request."""
        app, phone = Application(), Authenticator()
        begun = await app.container.begin_passkey_registration()(
            username="\U00010400" * 50,
            fullname=" " * 8_000 + "\U0001f600" * 50,
            email="a" * 64 + "@" + "b" * 63 + ".example.com",
            address=A_DEVICE.address,
        )
        done = await app.container.register_with_passkey()(
            token=begun.token, credential=phone.create(begun.options)
        )
        assert done.user.fullname.text == "\U0001f600" * 50

    async def test_bad_values(self) -> None:
        """The answer lists all of them before the browser begins the ceremony."""
        app = Application()
        with pytest.raises(InvalidInput) as raised:
            await app.container.begin_passkey_registration()(
                username="san tosh", fullname="", email="none", address=A_DEVICE.address
            )
        assert [each.field for each in raised.value.violations] == ["username", "fullname", "email"]

    async def test_taken_username(self) -> None:
        """Before the ceremony, and if another client registers it during the ceremony."""
        app, phone = Application(), Authenticator()
        begun = await begin(app)
        await app.a_user()
        with pytest.raises(UsernameTaken):
            await begin(app, "Santosh")
        with pytest.raises(UsernameTaken):
            await app.container.register_with_passkey()(
                token=begun.token, credential=phone.create(begun.options)
            )
        assert app.storage.passkeys == {}

    async def test_name_that_rests(self) -> None:
        """Before the ceremony, and if an account had it and was erased during it."""
        app, phone = Application(), Authenticator()
        begun = await begin(app)
        await app.a_user()
        await app.container.close_user()(username="santosh", at_once=True)
        with pytest.raises(UsernameTaken):
            await begin(app, "Santosh")
        with pytest.raises(UsernameTaken):
            await app.container.register_with_passkey()(
                token=begun.token, credential=phone.create(begun.options)
            )
        assert app.storage.users == {}

    async def test_refused_ceremonies(self) -> None:
        app = Application()
        for what, changes in WRONG_IN_BOTH.items():
            begun = await begin(app)
            credential = Authenticator().create(begun.options, **changes)
            with pytest.raises(InvalidInput) as raised:
                await app.container.register_with_passkey()(token=begun.token, credential=credential)
            assert [each.code for each in raised.value.violations] == ["not_a_credential"], what
        begun = await begin(app)
        app.clock.advance(timedelta(minutes=5))
        with pytest.raises(InvalidInput):
            await app.container.register_with_passkey()(
                token=begun.token, credential=Authenticator().create(begun.options)
            )
        assert app.storage.users == {}

    async def test_of_32_in_parallel_one_wins(self) -> None:
        app = Application()
        begun = await begin(app)
        credential = Authenticator().create(begun.options)
        register = app.container.register_with_passkey()
        outcomes = await asyncio.gather(
            *(register(token=begun.token, credential=credential) for _ in range(32)), return_exceptions=True
        )
        assert len([each for each in outcomes if isinstance(each, RegisteredWithPasskey)]) == 1
        assert all(isinstance(each, RegisteredWithPasskey | InvalidInput) for each in outcomes)

    async def test_ceremonies_do_not_mix(self) -> None:
        """The token of a logged-in user's new passkey makes no account, and the other way round."""
        app = Application()
        owner = await a_passkey_owner(app)
        caller = await owner.caller()
        own, new = await app.container.begin_passkey()(caller=caller), await begin(app, "another")
        phone = Authenticator()
        with pytest.raises(InvalidInput):
            await app.container.register_with_passkey()(
                token=own.token, credential=phone.create(own.options | {"excludeCredentials": []})
            )
        with pytest.raises(InvalidInput):
            await app.container.add_passkey()(
                caller=caller, token=new.token, credential=phone.create(new.options)
            )

    async def test_credential_of_another_account(self) -> None:
        """Nothing of the account stays."""
        app = Application()
        owner = await a_passkey_owner(app)
        begun = await begin(app, "another")
        credential = Authenticator().create(begun.options, id_=owner.authenticator.credentials[0].id)
        with pytest.raises(PasskeyTaken):
            await app.container.register_with_passkey()(token=begun.token, credential=credential)
        assert len(app.storage.users) == 1

    async def test_counts_as_a_registration(self) -> None:
        """Otherwise the options would reveal of any number of usernames whether they are taken."""
        app = RateLimitedApplication()
        await app.register_user(username="a", password="sntsh", fullname="A", address=A_DEVICE.address)
        for number in range(19):
            await begin(app, f"user{number}")
        with pytest.raises(TooManyRequests):
            await begin(app, "one-more")

    async def test_events(self) -> None:
        app = Application()
        done = await register(app, Authenticator())
        (passkey,) = app.storage.passkeys.values()
        assert (passkey.user_id, passkey.name, passkey.created_at) == (
            done.user.id,
            PasskeyName("Passkey"),
            app.clock.now(),
        )
        assert happened(app, EventType.PASSKEY_ADDED) == [
            event_now(app, EventType.PASSKEY_ADDED, user_id=done.user.id, detail=passkey.id)
        ]
        assert happened(app, EventType.USER_CREATED)

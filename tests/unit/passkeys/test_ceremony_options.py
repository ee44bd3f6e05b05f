"""What each ceremony requires of a browser."""

from typing import Any

import pytest
from tests.application import A_DEVICE, Application
from tests.harness.authenticator import Authenticator
from tests.passkey_helpers import a_caller, a_passkey, a_passkey_owner
from tests.session_helpers import caller_of

from fastauth.application.passkeys.bindings import challenge_of
from fastauth.domain import base64url
from fastauth.domain.errors import InvalidInput
from fastauth.domain.passkeys.errors import NOT_A_CREDENTIAL


def asked(options: dict[str, Any]) -> tuple[list[str], str]:
    """Return the ids of the passkeys that may answer, and whether the user must be verified."""
    return [each["id"] for each in options["allowCredentials"]], options["userVerification"]


class TestOptions:
    async def test_of_a_new_passkey(self) -> None:
        """They name the account, and the passkeys that it has."""
        app = Application()
        owner = await a_passkey_owner(app)
        caller = await owner.caller()
        options = (await app.container.begin_passkey()(caller=caller)).options
        assert options["user"] == {
            "id": base64url.encode(app.storage.handles[caller.user.id]),
            "name": "santosh",
            "displayName": caller.user.fullname.text,
        }
        assert [each["id"] for each in options["excludeCredentials"]] == [owner.passkey.id]

    async def test_of_a_second_factor(self) -> None:
        """The password is the other factor, so the passkey need not verify its user."""
        app = Application()
        owner = await a_passkey_owner(app)
        token = (await owner.challenge()).token
        options = await app.container.begin_passkey_second_factor()(challenge=token)
        assert asked(options) == ([owner.passkey.id], "preferred")
        assert options["challenge"] == base64url.encode(challenge_of(token))

    async def test_of_a_step_up(self) -> None:
        """Without a password in the session, the passkey is both factors."""
        app = Application()
        owner = await a_passkey_owner(app)
        begin = app.container.begin_passkey_step_up()
        assert asked((await begin(caller=await owner.caller())).options) == ([owner.passkey.id], "preferred")
        by_passkey = await caller_of(app, (await owner.log_in(client=A_DEVICE)).tokens)
        assert asked((await begin(caller=by_passkey)).options) == ([owner.passkey.id], "required")


async def test_ceremony_of_another_handle_is_refused() -> None:
    """Two ceremonies of an account without a handle have one each. The first to end gives its own."""
    app, late = Application(), Authenticator()
    caller = await a_caller(app)
    begun = await app.container.begin_passkey()(caller=caller)
    credential = late.create(begun.options)
    first = await a_passkey(app, caller, Authenticator())
    with pytest.raises(InvalidInput) as refused:
        await app.container.add_passkey()(caller=caller, token=begun.token, credential=credential)
    assert refused.value.violations == (NOT_A_CREDENTIAL,)
    assert await app.container.passkeys().of_user(caller.user.id) == (first.passkey,)

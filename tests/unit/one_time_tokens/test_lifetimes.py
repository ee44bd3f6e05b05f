"""Each token is valid until the last second of its life, and not a second longer."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from tests.application import Application
from tests.mail_helpers import token_of
from tests.session_helpers import caller_of

from fastauth.domain.one_time_tokens.errors import InvalidLink
from fastauth.domain.one_time_tokens.token import Purpose

LIFETIMES = {
    Purpose.VERIFY_EMAIL: timedelta(hours=24),
    Purpose.CHANGE_EMAIL: timedelta(hours=1),
    Purpose.UNDO_EMAIL: timedelta(days=7),
    Purpose.RESET_PASSWORD: timedelta(minutes=10),
}


async def use_of(purpose: Purpose, app: Application) -> Callable[[], Awaitable[object]]:
    """Return what uses up a new token of this purpose."""
    await app.a_user()
    caller = await caller_of(app, await app.a_log_in())
    if purpose is not Purpose.VERIFY_EMAIL:
        await app.a_verified_address("old@example.com")
    if purpose is Purpose.RESET_PASSWORD:
        await app.request_password_reset(identifier="santosh", address="192.0.2.1")
        reset = token_of(purpose.prefix, await app.deliver())
        return lambda: app.complete_password_reset(token=reset, new_password="another")
    await app.change_address(caller=caller, email="new@example.com")
    proof = token_of("fa_e", await app.deliver())
    if purpose is not Purpose.UNDO_EMAIL:
        return lambda: app.verify_address(caller=caller, token=proof)
    await app.verify_address(caller=caller, token=proof)
    undo = token_of(purpose.prefix, await app.deliver())
    return lambda: app.undo_address_change(token=undo)


class TestLifetime:
    @pytest.mark.parametrize("purpose", LIFETIMES)
    async def test_ends_on_time(self, purpose: Purpose) -> None:
        app = Application()
        use = await use_of(purpose, app)
        app.clock.advance(LIFETIMES[purpose])
        with pytest.raises(InvalidLink):
            await use()
        app.clock.advance(seconds=-1)
        await use()

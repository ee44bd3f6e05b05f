"""Change the full name of the caller."""

import pytest
from tests.application import Application, RateLimitedApplication
from tests.session_helpers import caller_of

from fastauth.domain.errors import InvalidInput
from fastauth.domain.rate_limits.burst_limit import RENAMES
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.domain.sessions.access_token import TokenPair


class TestChangeFullName:
    async def test_replaces_the_name(self, app: Application, tokens: TokenPair) -> None:
        user = await app.change_full_name(caller=await caller_of(app, tokens), fullname=" New Name ")
        assert user.fullname.text == "New Name"
        assert (await caller_of(app, tokens)).user == user

    async def test_rejects_an_invalid_name(self, app: Application, tokens: TokenPair) -> None:
        with pytest.raises(InvalidInput):
            await app.change_full_name(caller=await caller_of(app, tokens), fullname="\0")

    async def test_limits_changes_of_an_account(self) -> None:
        app = RateLimitedApplication()
        await app.a_user()
        caller = await caller_of(app, await app.a_log_in())
        for number in range(RENAMES.burst):
            await app.change_full_name(caller=caller, fullname=f"Name {number}")
        with pytest.raises(TooManyRequests) as limited:
            await app.change_full_name(caller=caller, fullname="Another")
        app.clock.advance(seconds=limited.value.retry_after)
        await app.change_full_name(caller=caller, fullname="Another")

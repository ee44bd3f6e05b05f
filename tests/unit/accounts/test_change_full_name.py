"""Change the full name of the caller."""

import pytest
from tests.application import Application
from tests.session_helpers import caller_of

from fastauth.domain.errors import InvalidInput
from fastauth.domain.sessions.access_token import TokenPair


class TestChangeFullName:
    async def test_replaces_the_name(self, app: Application, tokens: TokenPair) -> None:
        user = await app.change_full_name(caller=await caller_of(app, tokens), fullname=" New Name ")
        assert user.fullname.text == "New Name"
        assert (await caller_of(app, tokens)).user == user

    async def test_rejects_an_invalid_name(self, app: Application, tokens: TokenPair) -> None:
        with pytest.raises(InvalidInput):
            await app.change_full_name(caller=await caller_of(app, tokens), fullname="\0")

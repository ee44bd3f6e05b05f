"""What users see of their own account."""

from dataclasses import replace

import pytest
from tests.application import Application
from tests.session_helpers import caller_of

from fastauth.application.sessions.get_account_overview import AccountOverview
from fastauth.domain.accounts.user import UserId
from fastauth.domain.passwords.password import PasswordHash
from fastauth.domain.sessions.access_token import TokenPair
from fastauth.domain.sessions.errors import InvalidAccessToken
from fastauth.domain.sessions.session import SessionId


class TestGetOwnAccount:
    async def test_user_with_addresses_and_password(self, app: Application, tokens: TokenPair) -> None:
        await app.a_verified_address("santosh@example.com")
        get, token = app.container.get_own_account(), tokens.access.text
        user = (await caller_of(app, tokens)).user
        addresses = await app.container.email_addresses().of_user(user.id)
        assert addresses.verified
        account = AccountOverview(user=user, addresses=addresses, has_password=True, must_enrol=False)
        assert await get(access_token=token) == account
        app.storage.passwords[user.id] = PasswordHash.unusable()
        assert await get(access_token=token) == replace(account, has_password=False)

    async def test_session_has_ended(self, app: Application, tokens: TokenPair) -> None:
        caller = await caller_of(app, tokens)
        await app.log_out(caller=caller, session_id=caller.session.id)
        with pytest.raises(InvalidAccessToken):
            await app.container.get_own_account()(access_token=tokens.access.text)

    async def test_token_and_session_are_of_one_user(self, app: Application, tokens: TokenPair) -> None:
        claims = await app.container.access_tokens().verify(tokens.access.text)
        other = await app.container.access_tokens().issue(replace(claims, user_id=UserId(claims.user_id + 1)))
        with pytest.raises(InvalidAccessToken):
            await app.container.get_own_account()(access_token=other.text)


class TestGetAccountOverview:
    async def test_session_is_unknown(self, app: Application) -> None:
        with pytest.raises(InvalidAccessToken):
            await app.container.get_account_overview()(session_id=SessionId("unknown"))

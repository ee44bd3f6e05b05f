"""What users see of their own account."""

from tests.application import Application
from tests.session_helpers import caller_of

from fastauth.application.sessions.get_own_account import AccountOverview
from fastauth.domain.passwords.password import PasswordHash
from fastauth.domain.sessions.access_token import TokenPair


class TestGetOwnAccount:
    async def test_addresses_and_password(self, app: Application, tokens: TokenPair) -> None:
        await app.a_verified_address("santosh@example.com")
        caller, get = await caller_of(app, tokens), app.container.get_own_account()
        addresses = await app.container.email_addresses().of_user(caller.user.id)
        assert addresses.verified
        with_password = AccountOverview(addresses=addresses, has_password=True, must_enrol=False)
        assert await get(caller=caller) == with_password
        app.storage.passwords[caller.user.id] = PasswordHash.unusable()
        without = AccountOverview(addresses=addresses, has_password=False, must_enrol=False)
        assert await get(caller=caller) == without

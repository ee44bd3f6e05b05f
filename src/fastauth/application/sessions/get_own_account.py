"""Get the caller's own account."""

from dataclasses import dataclass

from fastauth.application.sessions.get_account_overview import AccountOverview, GetAccountOverview
from fastauth.domain.sessions.errors import InvalidAccessToken
from fastauth.domain.sessions.ports import AccessTokens


@dataclass(frozen=True, slots=True, kw_only=True)
class GetOwnAccount:
    """Authenticate a request as `Authenticate` does, and return the account, with a single statement."""

    access_tokens: AccessTokens
    get_overview: GetAccountOverview

    async def __call__(self, *, access_token: str) -> AccountOverview:
        """Return the account of an access token.

        Raises:
            InvalidAccessToken: The token is invalid or has expired, or its session has ended.
            StorageUnavailable: Try again later.
        """
        claims = await self.access_tokens.verify(access_token)
        account = await self.get_overview(session_id=claims.session_id)
        if account.user.id != claims.user_id:
            raise InvalidAccessToken
        return account

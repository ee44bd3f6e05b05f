"""Access tokens under the policy of second factors."""

from dataclasses import dataclass
from datetime import datetime

from fastauth.domain.sessions.access_token import AccessClaims, AccessToken, AnyClaims, InspectedToken
from fastauth.domain.sessions.ports import AccessTokens
from fastauth.domain.sessions.second_factor_policy import SecondFactorPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitedAccessTokens:
    """Access tokens of `inner`, issued under a policy: no use case that issues a token can forget it."""

    inner: AccessTokens
    policy: SecondFactorPolicy

    async def check_key(self) -> None:
        """See `AccessTokens.check_key`."""
        await self.inner.check_key()

    async def issue(self, claims: AnyClaims, *, issued_at: datetime | None = None) -> AccessToken:
        """Sign the claims that the policy leaves of a session. See `AccessTokens.issue`."""
        if isinstance(claims, AccessClaims):
            claims = self.policy.limit(claims)
        return await self.inner.issue(claims, issued_at=issued_at)

    async def verify(self, text: str) -> AccessClaims:
        """See `AccessTokens.verify`."""
        return await self.inner.verify(text)

    async def verify_any(self, text: str) -> AnyClaims:
        """See `AccessTokens.verify_any`."""
        return await self.inner.verify_any(text)

    async def inspect(self, text: str) -> InspectedToken:
        """See `AccessTokens.inspect`."""
        return await self.inner.inspect(text)

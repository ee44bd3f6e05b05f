"""Authenticate a request."""

from dataclasses import dataclass

from fastauth.domain.clock import Clock
from fastauth.domain.sessions.errors import InvalidAccessToken
from fastauth.domain.sessions.ports import AccessTokens, SessionRepository
from fastauth.domain.sessions.session import AuthenticatedUser


@dataclass(frozen=True, slots=True, kw_only=True)
class Authenticate:
    """Return the user and the session of an access token.

    Other services verify the signature only. This service also checks that the session is active, so
    that the tokens of an ended session are rejected here at once.
    """

    access_tokens: AccessTokens
    sessions: SessionRepository
    clock: Clock

    async def __call__(self, *, access_token: str) -> AuthenticatedUser:
        """Return the authenticated user.

        Raises:
            InvalidAccessToken: The token is invalid or has expired, or its session has ended.
            StorageUnavailable: Try again later.
        """
        claims = await self.access_tokens.verify(access_token)
        caller = await self.sessions.find(claims.session_id, now=self.clock.now())
        if caller is None or caller.user.id != claims.user_id:
            raise InvalidAccessToken
        return caller

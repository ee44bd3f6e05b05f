"""Find out who asks."""

from dataclasses import dataclass

from fastauth.domain.clock import Clock
from fastauth.domain.sessions.errors import InvalidAccessToken
from fastauth.domain.sessions.ports import AccessTokens, SessionRepository
from fastauth.domain.sessions.session import AuthenticatedUser


@dataclass(frozen=True, slots=True, kw_only=True)
class Authenticate:
    """Tell who holds an access token.

    Other services need the signature alone. Here it is also asked whether the session still lives:
    once it has ended, its tokens are worth nothing here from that moment on.
    """

    access_tokens: AccessTokens
    sessions: SessionRepository
    clock: Clock

    async def __call__(self, *, access_token: str) -> AuthenticatedUser:
        """Return the caller.

        Raises:
            InvalidAccessToken: The token or its session is not valid or no longer so.
            StorageUnavailable: It cannot be known.
        """
        claims = await self.access_tokens.verify(access_token)
        caller = await self.sessions.find(claims.session_id, now=self.clock.now())
        if caller is None or caller.user.id != claims.user_id:
            raise InvalidAccessToken
        return caller

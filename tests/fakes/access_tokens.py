"""Access tokens that are good for nothing but to be looked up."""

from datetime import datetime, timedelta
from itertools import count

from fastauth.domain.clock import Clock
from fastauth.domain.sessions.access_token import AccessClaims, AccessToken
from fastauth.domain.sessions.errors import InvalidAccessToken

LIFETIME = timedelta(minutes=5)


class FakeAccessTokens:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._numbers = count(1)
        self._issued: dict[str, tuple[AccessClaims, datetime]] = {}

    async def issue(self, claims: AccessClaims) -> AccessToken:
        text = f"fake-access-token-{next(self._numbers)}"
        self._issued[text] = claims, self._clock.now() + LIFETIME
        return AccessToken(text=text, expires_in=int(LIFETIME.total_seconds()))

    async def read(self, text: str) -> AccessClaims:
        claims, expires_at = self._issued.get(text, (None, self._clock.now()))
        if claims is None or self._clock.now() >= expires_at:
            raise InvalidAccessToken
        return claims

"""Access tokens by RFC 9068."""

import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from secrets import token_urlsafe
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey

from fastauth.adapters.jose.smith import JoseKeySmith
from fastauth.domain.errors import InvalidAccessToken, SecretKeyUnknown
from fastauth.domain.ports import Clock, SigningKeyRepository
from fastauth.domain.session import SessionId
from fastauth.domain.signing_key import KeyRing, SigningKey
from fastauth.domain.tokens import AccessClaims, AccessToken
from fastauth.domain.user import UserId

TYPE = "at+jwt"

LONGEST = 2_048
"""Characters; several times what a token of ours has."""

RELOAD_AFTER = timedelta(seconds=5)
"""How long a process relies on the keys it has read. The schedule's lead is never shorter."""

AFTER_UNKNOWN = timedelta(seconds=1)
"""The same, once a token names a key that was not among them: made-up names cost no more than this."""

_SHAPE = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenTerms:
    """What every access token says."""

    issuer: str
    audience: str
    client_id: str
    lifetime: timedelta


class JoseAccessTokens:
    """See `fastauth.domain.ports.AccessTokens`.

    A token's header names its key, and the key its algorithm; nothing else in it is believed before
    the signature fits. ``jwk``, ``jku``, ``x5u`` and the like are never looked at.
    """

    def __init__(
        self, *, keys: SigningKeyRepository, smith: JoseKeySmith, terms: TokenTerms, clock: Clock
    ) -> None:
        self._keys = keys
        self._smith = smith
        self._terms = terms
        self._clock = clock
        self._ring = KeyRing(())
        self._read_at: datetime | None = None
        self._opened: dict[str, ECKey | OKPKey] = {}

    async def issue(self, claims: AccessClaims) -> AccessToken:
        """Sign with the key whose turn it is."""
        now = self._clock.now()
        key = (await self._current_ring()).signer(now)
        if key is None:
            raise SecretKeyUnknown
        header = {"alg": key.algorithm, "typ": TYPE, "kid": key.kid}
        issued_at = int(now.timestamp())
        lifetime = int(self._terms.lifetime.total_seconds())
        payload = {
            "iss": self._terms.issuer,
            "aud": self._terms.audience,
            "client_id": self._terms.client_id,
            "sub": str(claims.user_id),
            "sid": claims.session_id,
            "iat": issued_at,
            "exp": issued_at + lifetime,
            "jti": token_urlsafe(16),
            "auth_time": int(claims.authenticated_at.timestamp()),
            "amr": list(claims.methods),
        }
        text = jwt.encode(header, payload, self._open(key), algorithms=[key.algorithm])
        return AccessToken(text=text, expires_in=lifetime)

    async def read(self, text: str) -> AccessClaims:
        """Verify the shape first, then the signature, then every claim."""
        if len(text) > LONGEST or not _SHAPE.fullmatch(text):
            raise InvalidAccessToken
        try:
            key = await self._key(_header(text)["kid"])
            token = jwt.decode(text, self._open(key), algorithms=[key.algorithm])
        except (JoseError, ValueError, KeyError, TypeError, RecursionError):
            raise InvalidAccessToken from None
        if token.header.get("typ") != TYPE or "crit" in token.header:
            raise InvalidAccessToken
        return self._believed(token.claims)

    def _believed(self, claims: Mapping[str, Any]) -> AccessClaims:
        now = self._clock.now().timestamp()
        match claims:
            case {
                "iss": self._terms.issuer,
                "aud": self._terms.audience,
                "sub": str(subject),
                "sid": str(session_id),
                "exp": int(expires_at),
                "auth_time": int(authenticated_at),
                "amr": [*methods],
            } if now < expires_at:
                return AccessClaims(
                    user_id=UserId(int(subject)),
                    session_id=SessionId(session_id),
                    authenticated_at=datetime.fromtimestamp(authenticated_at, UTC),
                    methods=tuple(methods),
                )
        raise InvalidAccessToken

    async def _key(self, kid: object) -> SigningKey:
        """Return the key of that name, looking once more if it may be newer than what was read."""
        for age in (RELOAD_AFTER, AFTER_UNKNOWN):
            for key in (await self._current_ring(age)).keys:
                if key.kid == kid:
                    return key
        raise InvalidAccessToken

    async def _current_ring(self, age: timedelta = RELOAD_AFTER) -> KeyRing:
        """Return all keys, as they were no longer than `age` ago."""
        now = self._clock.now()
        if self._read_at is None or not timedelta(0) <= now - self._read_at < age or not self._ring.keys:
            self._ring, self._read_at = await self._keys.ring(), now
        return self._ring

    def _open(self, key: SigningKey) -> ECKey | OKPKey:
        if key.kid not in self._opened:
            self._opened[key.kid] = self._smith.private_key(key)
        return self._opened[key.kid]


def _header(text: str) -> Any:  # noqa: ANN401  whatever JSON it holds
    encoded = text.partition(".")[0]
    return json.loads(urlsafe_b64decode(encoded + "=="))

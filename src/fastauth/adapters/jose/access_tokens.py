"""Access tokens as JWTs (RFC 9068)."""

import re
from collections.abc import Container, Mapping
from datetime import UTC, datetime
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError

from fastauth.adapters.jose.claims import AccessTokenPolicy, header
from fastauth.adapters.jose.key_cache import KeyCache
from fastauth.adapters.jose.signing_keys import JoseSigningKeyGenerator
from fastauth.adapters.jose.strict_json import strict_object
from fastauth.adapters.jose.verified_tokens import VerifiedToken, VerifiedTokens
from fastauth.domain import base64url
from fastauth.domain.clock import Clock
from fastauth.domain.sessions.access_token import AccessClaims, AccessToken, AnyClaims, InspectedToken
from fastauth.domain.sessions.errors import InvalidAccessToken
from fastauth.domain.signing_keys.errors import NoActiveSigningKey
from fastauth.domain.signing_keys.ports import SigningKeyRepository
from fastauth.domain.signing_keys.signing_key import SigningKey

MAX_TOKEN_LENGTH = 4_096
"""Characters; above the length of any token that is issued here, roles and permissions included."""

_SHAPE = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


class JoseAccessTokens:
    """See `fastauth.domain.sessions.ports.AccessTokens`.

    The header names the key, and the key determines all other members of the header. A token with another
    header is rejected, even if it is signed with our key. So ``jwk``, ``jku``, ``x5u`` and ``crit`` are
    never interpreted.
    """

    def __init__(
        self,
        *,
        keys: SigningKeyRepository,
        key_generator: JoseSigningKeyGenerator,
        policy: AccessTokenPolicy,
        clock: Clock,
        revoked: Container[str] = frozenset(),
    ) -> None:
        """Create the adapter; `revoked` has the ids of tokens that were revoked one by one."""
        self._keys = KeyCache(keys=keys, key_generator=key_generator, clock=clock)
        self._policy = policy
        self._clock = clock
        self._revoked = revoked
        self._verified = VerifiedTokens()

    async def check_key(self) -> None:
        """Decrypt the active key, unless it is cached."""
        self._keys.private_key(await self._active_key())

    async def issue(self, claims: AnyClaims, *, issued_at: datetime | None = None) -> AccessToken:
        """Sign with the active key."""
        key = await self._active_key()
        payload = self._policy.payload(claims, issued_at or self._clock.now())
        text = jwt.encode(header(key), payload, self._keys.private_key(key), algorithms=[key.algorithm])
        return AccessToken(text=text, expires_in=payload["exp"] - payload["iat"])

    async def verify(self, text: str) -> AccessClaims:
        """Verify it like every token, and that it is of a session."""
        claims = await self.verify_any(text)
        if not isinstance(claims, AccessClaims):
            raise InvalidAccessToken
        return claims

    async def verify_any(self, text: str) -> AnyClaims:
        """Verify the shape, then the signature, then every claim, and that the token was not revoked."""
        payload = await self._payload(text)
        claims = self._policy.validate(payload, self._clock.now())
        if payload["jti"] in self._revoked:
            raise InvalidAccessToken
        return claims

    async def inspect(self, text: str) -> InspectedToken:
        """Verify the same, for whatever audience."""
        payload = await self._payload(text)
        claims = self._policy.validate(payload, self._clock.now(), any_audience=True)
        return InspectedToken(
            claims=claims,
            id=payload["jti"],
            issuer=payload["iss"],
            audience=payload["aud"],
            client_id=payload["client_id"],
            issued_at=datetime.fromtimestamp(payload["iat"], UTC),
            expires_at=datetime.fromtimestamp(payload["exp"], UTC),
        )

    async def _payload(self, text: str) -> Mapping[str, Any]:
        """Return the payload of a token with a valid signature. Its claims are not yet checked."""
        if len(text) > MAX_TOKEN_LENGTH or not _SHAPE.fullmatch(text):
            raise InvalidAccessToken
        token = self._verified.get(text)
        if token:
            await self._find_key(token.kid)  # raises if the key has been withdrawn since
        else:
            token = await self._verify_signature(text)
            self._verified.add(text, token)
        return token.claims

    async def _active_key(self) -> SigningKey:
        key = await self._keys.active(self._clock.now())
        if key is None:
            raise NoActiveSigningKey
        return key

    async def _verify_signature(self, text: str) -> VerifiedToken:
        try:
            found = strict_object(base64url.decode(text.partition(".")[0]))
            key = await self._find_key(found.get("kid"))
            if found != header(key):
                raise InvalidAccessToken
            token = jws.deserialize_compact(text, self._keys.private_key(key), algorithms=[key.algorithm])
            return VerifiedToken(key.kid, strict_object(token.payload or b""))
        except (JoseError, TypeError, ValueError, RecursionError):
            raise InvalidAccessToken from None

    async def _find_key(self, kid: object) -> SigningKey:
        key = await self._keys.find(kid)
        if key is None:
            raise InvalidAccessToken
        return key

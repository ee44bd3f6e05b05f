"""Access tokens by RFC 9068."""

import re
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from secrets import token_urlsafe
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey

from fastauth.adapters.jose.signing_keys import JoseSigningKeyGenerator
from fastauth.adapters.jose.strict_json import strict_object
from fastauth.adapters.jose.verified_tokens import VerifiedToken, VerifiedTokens
from fastauth.domain.accounts.user import UserId
from fastauth.domain.clock import Clock
from fastauth.domain.errors import StorageUnavailable
from fastauth.domain.sessions.access_token import MAX_ACCESS_TOKEN_LIFETIME, AccessClaims, AccessToken
from fastauth.domain.sessions.errors import InvalidAccessToken
from fastauth.domain.sessions.session import SessionId
from fastauth.domain.signing_keys.errors import NoActiveSigningKey
from fastauth.domain.signing_keys.ports import SigningKeyRepository
from fastauth.domain.signing_keys.signing_key import KeySet, SigningKey

JWT_TYPE = "at+jwt"

MAX_TOKEN_LENGTH = 2_048
"""Characters; several times what a token of ours has."""

RELOAD_AFTER = timedelta(seconds=5)
"""How long a process relies on the keys it has read. The schedule's lead is never shorter."""

UNKNOWN_KID_COOLDOWN = timedelta(seconds=1)
"""The same, once a token names a key that was not among them: made-up names cost no more than this."""

CLOCK_SKEW = timedelta(seconds=30)
"""How far the clocks of two processes may be apart."""

_SHAPE = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_SUBJECT = re.compile(r"0|-?[1-9][0-9]{0,18}")
_SESSION = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessTokenPolicy:
    """What every access token says."""

    issuer: str
    audience: str
    client_id: str
    lifetime: timedelta
    issuer_is_default: bool = False
    """Whether nobody has said who issues, and each process takes its own address for it.

    Then a token is believed whatever address it was issued at: its key is this installation's."""

    def accepts(self, issuer: object, audience: object) -> bool:
        """Say whether a token of this issuer for this audience is one of ours."""
        if self.issuer_is_default:
            return isinstance(issuer, str) and audience in (issuer, self.audience)
        return issuer == self.issuer and audience == self.audience


class JoseAccessTokens:
    """See `fastauth.domain.sessions.ports.AccessTokens`.

    A token's header names its key, and all the rest of it follows from the key: whatever says more or
    says it otherwise was not issued here, even if it should be signed with our key. So there is no
    ``jwk``, ``jku``, ``x5u`` or ``crit`` to be understood.
    """

    def __init__(
        self,
        *,
        keys: SigningKeyRepository,
        key_generator: JoseSigningKeyGenerator,
        policy: AccessTokenPolicy,
        clock: Clock,
    ) -> None:
        self._keys = keys
        self._key_generator = key_generator
        self._policy = policy
        self._clock = clock
        self._ring = KeySet(())
        self._read_at: datetime | None = None
        self._opened: dict[str, ECKey | OKPKey] = {}
        self._verified = VerifiedTokens()

    async def issue(self, claims: AccessClaims) -> AccessToken:
        """Sign with the key whose turn it is."""
        now = self._clock.now()
        key = (await self._current_ring()).active(now)
        if key is None:
            raise NoActiveSigningKey
        issued_at = int(now.timestamp())
        lifetime = int(self._policy.lifetime.total_seconds())
        payload = {
            "iss": self._policy.issuer,
            "aud": self._policy.audience,
            "client_id": self._policy.client_id,
            "sub": str(claims.user_id),
            "sid": claims.session_id,
            "iat": issued_at,
            "exp": issued_at + lifetime,
            "jti": token_urlsafe(16),
            "auth_time": int(claims.authenticated_at.timestamp()),
            "amr": list(claims.amr),
        }
        text = jwt.encode(_header(key), payload, self._open(key), algorithms=[key.algorithm])
        return AccessToken(text=text, expires_in=lifetime)

    async def verify(self, text: str) -> AccessClaims:
        """Verify the shape first, then the signature, then every claim."""
        if len(text) > MAX_TOKEN_LENGTH or not _SHAPE.fullmatch(text):
            raise InvalidAccessToken
        token = self._verified.get(text)
        if token:
            await self._key(token.kid)  # a token that a withdrawn key has signed is invalid
        else:
            token = await self._verify(text)
            self._verified.add(text, token)
        return self._validate_claims(token.claims)

    async def _verify(self, text: str) -> VerifiedToken:
        try:
            header = strict_object(urlsafe_b64decode(text.partition(".")[0] + "=="))
            key = await self._key(header.get("kid"))
            if header != _header(key):
                raise InvalidAccessToken
            token = jws.deserialize_compact(text, self._open(key), algorithms=[key.algorithm])
            return VerifiedToken(key.kid, strict_object(token.payload or b""))
        except (JoseError, TypeError, ValueError, RecursionError):
            raise InvalidAccessToken from None

    def _validate_claims(self, claims: Mapping[str, Any]) -> AccessClaims:
        now = self._clock.now().timestamp()
        soon = now + CLOCK_SKEW.total_seconds()
        match claims:
            case {
                "iss": issuer,
                "aud": audience,
                "client_id": self._policy.client_id,
                "sub": str(subject),
                "sid": str(session_id),
                "jti": str(),
                "iat": int(issued_at),
                "exp": int(expires_at),
                "auth_time": int(authenticated_at),
                "amr": [*methods],
            } if (
                self._policy.accepts(issuer, audience)
                and _SUBJECT.fullmatch(subject)
                and _SESSION.fullmatch(session_id)
                and issued_at <= soon
                and _nbf_passed(claims.get("nbf", now), now)
                and now < expires_at <= soon + MAX_ACCESS_TOKEN_LIFETIME.total_seconds()
                and 0 <= authenticated_at <= soon
                and all(isinstance(method, str) for method in methods)
            ):
                return AccessClaims(
                    user_id=UserId(int(subject)),
                    session_id=SessionId(session_id),
                    authenticated_at=datetime.fromtimestamp(authenticated_at, UTC),
                    amr=tuple(methods),
                )
        raise InvalidAccessToken

    async def _key(self, kid: object) -> SigningKey:
        """Return the key of that name, looking once more if it may be newer than what was read."""
        for age in (RELOAD_AFTER, UNKNOWN_KID_COOLDOWN):
            for key in (await self._current_ring(age)).keys:
                if key.kid == kid:
                    return key
        raise InvalidAccessToken

    async def _current_ring(self, age: timedelta = RELOAD_AFTER) -> KeySet:
        """Return all keys, as they were no longer than `age` ago.

        Where the database does not answer, what was read before will do: a refresh that has been
        stored must not fail for want of a key that is at hand.
        """
        now = self._clock.now()
        if self._read_at is None or not timedelta(0) <= now - self._read_at < age or not self._ring.keys:
            try:
                self._ring, self._read_at = await self._keys.load(), now
            except StorageUnavailable:
                if not self._ring.keys:
                    raise
                self._read_at = now  # and do not ask again for every token
        return self._ring

    def _open(self, key: SigningKey) -> ECKey | OKPKey:
        if key.kid not in self._opened:
            self._opened[key.kid] = self._key_generator.private_key(key)
        return self._opened[key.kid]


def _header(key: SigningKey) -> dict[str, str]:
    """Return the header of every token that this key signs."""
    return {"alg": key.algorithm, "typ": JWT_TYPE, "kid": key.kid}


def _nbf_passed(not_before: object, now: float) -> bool:
    """Judge a claim that is never issued here, but must be heeded (RFC 7519, section 4.1.5)."""
    return isinstance(not_before, int | float) and not_before <= now

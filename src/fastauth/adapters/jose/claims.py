"""The header and the claims of access tokens (RFC 9068)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from secrets import token_urlsafe
from typing import Any

from fastauth.domain.accounts.user import UserId
from fastauth.domain.clients.client_id import CLIENT_ID, ClientId
from fastauth.domain.roles.role import Grants
from fastauth.domain.sessions.access_token import (
    MAX_ACCESS_TOKEN_LIFETIME,
    AccessClaims,
    AnyClaims,
    ApiKeyClaims,
    ClientClaims,
)
from fastauth.domain.sessions.assurance import API_KEY, acr_of
from fastauth.domain.sessions.errors import InvalidAccessToken
from fastauth.domain.sessions.session import SessionId
from fastauth.domain.signing_keys.signing_key import SigningKey

JWT_TYPE = "at+jwt"

CLOCK_SKEW = timedelta(seconds=30)
"""The largest difference between the clocks of two processes that is tolerated."""

_USER = re.compile(r"0|-?[1-9][0-9]{0,18}")
_SESSION = re.compile(r"[A-Za-z0-9_-]{1,64}")
_KEY_PREFIX = "key:"
"""Of ``sid`` in a token of an API key, so that it is never the id of a session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessTokenPolicy:
    """The claims that all access tokens of an installation share, and their lifetime."""

    issuer: str
    audience: str
    client_id: str
    lifetime: timedelta
    issuer_is_default: bool = False
    """Whether no issuer is configured, so that each process uses its own address as issuer.

    Then tokens of every address are accepted: their signature proves that they are of this installation."""

    def accepts(self, issuer: object, audience: object) -> bool:
        """Return whether a token with these claims was issued by this installation for itself."""
        if self.issuer_is_default:
            return isinstance(issuer, str) and audience in (issuer, self.audience)
        return issuer == self.issuer and audience == self.audience

    def has_issued(self, issuer: object, audience: object) -> bool:
        """Return whether a token with these claims was issued by this installation, for any audience."""
        is_own = isinstance(issuer, str) if self.issuer_is_default else issuer == self.issuer
        return is_own and isinstance(audience, str)

    def payload(self, claims: AnyClaims, now: datetime) -> dict[str, Any]:
        """Return the payload of a new token."""
        issued_at = int(now.timestamp())
        return {
            "iss": self.issuer,
            "aud": self.audience,
            "client_id": self.client_id,
            "iat": issued_at,
            "exp": self._expiry(claims, issued_at),
            "jti": token_urlsafe(16),
            **_own_claims(claims),
        }

    def _expiry(self, claims: AnyClaims, issued_at: int) -> int:
        expires_at = issued_at + int(self.lifetime.total_seconds())
        if isinstance(claims, ApiKeyClaims) and claims.ends_at:
            return min(expires_at, int(claims.ends_at.timestamp()))
        return expires_at

    def validate(self, payload: Mapping[str, Any], now: datetime, *, any_audience: bool = False) -> AnyClaims:
        """Return the claims of a token whose signature is valid, of this audience or of any.

        Raises:
            InvalidAccessToken: A claim is missing or invalid, or the token has expired.
        """
        present = now.timestamp()
        latest = present + CLOCK_SKEW.total_seconds()
        match payload:
            case {
                "iss": issuer,
                "aud": audience,
                "client_id": str(client_id),
                "sub": str(subject),
                "jti": str(),
                "iat": int(issued_at),
                "exp": int(expires_at),
            } if (
                (self.has_issued if any_audience else self.accepts)(issuer, audience)
                and issued_at <= latest
                and _nbf_passed(payload.get("nbf", present), present)
                and present < expires_at <= latest + MAX_ACCESS_TOKEN_LIFETIME.total_seconds()
            ):
                if client_id == self.client_id and _USER.fullmatch(subject):
                    return _of_user(UserId(int(subject)), payload, latest)
                if client_id == subject and CLIENT_ID.fullmatch(subject) and "sid" not in payload:
                    return ClientClaims(
                        client_id=ClientId(subject),
                        permissions=_texts(payload, "permissions"),
                        issued_at=datetime.fromtimestamp(issued_at, UTC),
                    )
        raise InvalidAccessToken


def _own_claims(claims: AnyClaims) -> dict[str, Any]:
    """Return the claims that differ from token to token."""
    own: dict[str, Any]
    match claims:
        case ClientClaims():
            own = {
                "client_id": claims.client_id,
                "sub": claims.client_id,
                "scope": " ".join(claims.permissions),
                "permissions": list(claims.permissions),
                "aud": claims.audience,
            }
        case ApiKeyClaims():
            own = {
                "sub": str(claims.user_id),
                "sid": _KEY_PREFIX + claims.key_id,
                "amr": list(API_KEY),
                "acr": acr_of(API_KEY),
                "permissions": list(claims.permissions),
                "aud": claims.audience,
            }
        case AccessClaims():
            own = {
                "sub": str(claims.user_id),
                "sid": claims.session_id,
                "auth_time": int(claims.authenticated_at.timestamp()),
                "amr": list(claims.amr),
                "acr": claims.acr,
                "roles": list(claims.grants.roles),
                "permissions": list(claims.grants.permissions),
            }
    return {name: value for name, value in own.items() if value or value == 0}


def _of_user(user_id: UserId, payload: Mapping[str, Any], latest: float) -> AccessClaims | ApiKeyClaims:
    """Return the claims of a token of a session or of an API key."""
    permissions = _texts(payload, "permissions")
    match payload:
        case {"sid": str(key), "amr": [*methods]} if (
            key.startswith(_KEY_PREFIX)
            and _SESSION.fullmatch(key.removeprefix(_KEY_PREFIX))
            and tuple(methods) == API_KEY
        ):
            return ApiKeyClaims(
                user_id=user_id, key_id=key.removeprefix(_KEY_PREFIX), permissions=permissions
            )
        case {"sid": str(session_id), "auth_time": int(authenticated_at), "amr": [*methods]} if (
            _SESSION.fullmatch(session_id)
            and 0 <= authenticated_at <= latest
            and all(isinstance(method, str) for method in methods)
        ):
            return AccessClaims(
                user_id=user_id,
                session_id=SessionId(session_id),
                authenticated_at=datetime.fromtimestamp(authenticated_at, UTC),
                amr=tuple(methods),
                grants=Grants(_texts(payload, "roles"), permissions),
            )
    raise InvalidAccessToken


def header(key: SigningKey) -> dict[str, str]:
    """Return the only header of tokens that `key` signs."""
    return {"alg": key.algorithm, "typ": JWT_TYPE, "kid": key.kid}


def _texts(payload: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Return a claim that is a list of texts.

    Raises:
        InvalidAccessToken: It is something else.
    """
    values = payload.get(name, [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise InvalidAccessToken
    return tuple(values)


def _nbf_passed(not_before: object, now: float) -> bool:
    """Return whether ``nbf`` has passed. It is never issued here, but must be obeyed (RFC 7519, 4.1.5)."""
    return isinstance(not_before, int | float) and not_before <= now

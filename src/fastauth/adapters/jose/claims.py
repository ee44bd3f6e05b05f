"""The header and the claims of access tokens (RFC 9068)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from secrets import token_urlsafe
from typing import Any

from fastauth.domain.accounts.user import UserId
from fastauth.domain.roles.role import Grants
from fastauth.domain.sessions.access_token import MAX_ACCESS_TOKEN_LIFETIME, AccessClaims
from fastauth.domain.sessions.errors import InvalidAccessToken
from fastauth.domain.sessions.session import SessionId
from fastauth.domain.signing_keys.signing_key import SigningKey

JWT_TYPE = "at+jwt"

CLOCK_SKEW = timedelta(seconds=30)
"""The largest difference between the clocks of two processes that is tolerated."""

_SUBJECT = re.compile(r"0|-?[1-9][0-9]{0,18}")
_SESSION = re.compile(r"[A-Za-z0-9_-]{1,64}")


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

    def payload(self, claims: AccessClaims, now: datetime) -> dict[str, Any]:
        """Return the payload of a new token."""
        issued_at = int(now.timestamp())
        granted = {"roles": list(claims.grants.roles), "permissions": list(claims.grants.permissions)}
        return {
            "iss": self.issuer,
            "aud": self.audience,
            "client_id": self.client_id,
            "sub": str(claims.user_id),
            "sid": claims.session_id,
            "iat": issued_at,
            "exp": issued_at + int(self.lifetime.total_seconds()),
            "jti": token_urlsafe(16),
            "auth_time": int(claims.authenticated_at.timestamp()),
            "amr": list(claims.amr),
            "acr": claims.acr,
            **{name: values for name, values in granted.items() if values},
        }

    def validate(self, payload: Mapping[str, Any], now: datetime) -> AccessClaims:
        """Return the claims of a token whose signature is valid.

        Raises:
            InvalidAccessToken: A claim is missing or invalid, or the token has expired.
        """
        present = now.timestamp()
        latest = present + CLOCK_SKEW.total_seconds()
        match payload:
            case {
                "iss": issuer,
                "aud": audience,
                "client_id": self.client_id,
                "sub": str(subject),
                "sid": str(session_id),
                "jti": str(),
                "iat": int(issued_at),
                "exp": int(expires_at),
                "auth_time": int(authenticated_at),
                "amr": [*methods],
            } if (
                self.accepts(issuer, audience)
                and _SUBJECT.fullmatch(subject)
                and _SESSION.fullmatch(session_id)
                and issued_at <= latest
                and _nbf_passed(payload.get("nbf", present), present)
                and present < expires_at <= latest + MAX_ACCESS_TOKEN_LIFETIME.total_seconds()
                and 0 <= authenticated_at <= latest
                and all(isinstance(method, str) for method in methods)
            ):
                return AccessClaims(
                    user_id=UserId(int(subject)),
                    session_id=SessionId(session_id),
                    authenticated_at=datetime.fromtimestamp(authenticated_at, UTC),
                    amr=tuple(methods),
                    grants=Grants(_texts(payload, "roles"), _texts(payload, "permissions")),
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

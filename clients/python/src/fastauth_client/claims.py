"""The claims of an access token (RFC 9068)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from fastauth_client.caller import Actor, Caller
from fastauth_client.errors import Expired, InvalidToken, WrongAudience

MAX_LEEWAY = 30.0
"""Seconds; clocks that differ by more should be repaired."""

MAX_ACTORS = 8
"""In a chain of token exchanges."""

_LATEST = datetime(9999, 12, 31, tzinfo=UTC).timestamp()


@dataclass(frozen=True, slots=True)
class ClaimRules:
    """What the claims must contain."""

    issuer: str
    audiences: frozenset[str]
    leeway: float

    def __post_init__(self) -> None:
        if not 0 <= self.leeway <= MAX_LEEWAY:
            raise ValueError(f"leeway: must be from 0 to {MAX_LEEWAY:g} seconds")
        if not self.audiences or not all(self.audiences):
            raise ValueError("audience: must not be empty")

    def caller(self, claims: dict[str, Any], now: float) -> Caller:
        """Return the content of the claims.

        Raises:
            InvalidToken: A claim is missing, malformed, or not as the rules demand.
        """
        if claims.get("iss") != self.issuer:
            raise InvalidToken
        self._check_audience(claims.get("aud"))
        issued_at, expires_at = time_of(claims.get("iat")), time_of(claims.get("exp"))
        if now >= expires_at + self.leeway:
            raise Expired
        if max(issued_at, time_of(claims.get("nbf", issued_at))) > now + self.leeway:
            raise InvalidToken
        text_of(claims.get("jti"))
        amr = names_of(claims.get("amr", []))
        return Caller(
            subject=text_of(claims.get("sub")),
            session=text_of(claims["sid"]) if "sid" in claims else None,
            client=text_of(claims.get("client_id")),
            roles=frozenset(names_of(claims.get("roles", []))),
            permissions=frozenset(names_of(claims.get("permissions", []))),
            scope=frozenset(text_of(claims["scope"]).split()) if "scope" in claims else frozenset(),
            acr=text_of(claims["acr"]) if "acr" in claims else "",
            amr=tuple(amr),
            authenticated_at=datetime.fromtimestamp(time_of(claims.get("auth_time", issued_at)), UTC),
            expires_at=datetime.fromtimestamp(expires_at, UTC),
            actor=actor_of(claims["act"]) if "act" in claims else None,
            claims=MappingProxyType(claims),
        )

    def _check_audience(self, audience: object) -> None:
        named = [audience] if isinstance(audience, str) else names_of(audience)
        if self.audiences.isdisjoint(named):
            raise WrongAudience


def text_of(value: object) -> str:
    """Return a claim that must be a string and not empty."""
    if not isinstance(value, str) or not value:
        raise InvalidToken
    return value


def time_of(value: object) -> float:
    """Return a claim that must be a time (NumericDate of RFC 7519)."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= _LATEST:
        raise InvalidToken
    return value


def names_of(value: object) -> list[str]:
    """Return a claim that must be an array of strings."""
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise InvalidToken
    return value


def actor_of(value: object, depth: int = 1) -> Actor:
    """Return the claim `act` (RFC 8693, section 4.1)."""
    if not isinstance(value, dict) or depth > MAX_ACTORS:
        raise InvalidToken
    before = actor_of(value["act"], depth + 1) if "act" in value else None
    return Actor(text_of(value.get("sub")), before)

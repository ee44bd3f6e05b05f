"""What is known about a token that can be used now (RFC 7662)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

MAX_TOKEN_LENGTH = 4_096
"""Characters; above the length of any token that is issued here."""


class TokenType(StrEnum):
    """What kind of token it is, so that no service takes one kind for another."""

    ACCESS_TOKEN = "Bearer"  # noqa: S105  RFC 6750's name
    REFRESH_TOKEN = "refresh_token"  # noqa: S105  the name of a kind of token
    API_KEY = "api_key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Introspection:
    """A token that can be used now. What does not exist for its kind is ``None``."""

    token_type: TokenType
    subject: str
    client_id: str
    scope: tuple[str, ...] | None = None
    """The permissions that it gives now."""
    session_id: str | None = None
    token_id: str | None = None
    issuer: str | None = None
    audience: str | None = None
    issued_at: datetime
    expires_at: datetime

"""What somebody gets for logging in."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self

from fastauth.domain.accounts.user import UserId
from fastauth.domain.sessions.session import Session, SessionId

MAX_ACCESS_TOKEN_LIFETIME = timedelta(hours=1)
"""How long an access token may live: it cannot be taken back from who verifies it by themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessClaims:
    """What an access token says. Nothing in it is secret, and no name is in it."""

    user_id: UserId
    session_id: SessionId
    authenticated_at: datetime
    amr: tuple[str, ...] = ("pwd",)
    """How the user showed who they are (RFC 8176)."""

    @classmethod
    def for_session(cls, session: Session) -> Self:
        """Return what a token of this session says."""
        return cls(user_id=session.user_id, session_id=session.id, authenticated_at=session.created_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """A signed token that any service can verify by itself."""

    text: str = field(repr=False)
    expires_in: int
    """Seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPair:
    """An access token for the next minutes, and a refresh token for the next one."""

    access: AccessToken
    refresh: str = field(repr=False)
    replayed: bool = False
    """Whether the refresh token that was presented had been spent, within the grace period."""

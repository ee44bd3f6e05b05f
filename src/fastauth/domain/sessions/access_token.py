"""Access tokens, and the pair of tokens that a client receives."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self

from fastauth.domain.accounts.user import UserId
from fastauth.domain.clients.client_id import ClientId
from fastauth.domain.roles.role import NO_GRANTS, Grants
from fastauth.domain.sessions.assurance import PASSWORD_ONLY, acr_of
from fastauth.domain.sessions.session import Session, SessionId

MAX_ACCESS_TOKEN_LIFETIME = timedelta(hours=1)
"""A token cannot be revoked at services that verify it offline, so its lifetime is bounded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessClaims:
    """The claims of an access token of a session. They contain no secret and no name."""

    user_id: UserId
    session_id: SessionId
    authenticated_at: datetime
    amr: tuple[str, ...] = PASSWORD_ONLY
    """Authentication method references (RFC 8176)."""
    grants: Grants = NO_GRANTS

    @property
    def acr(self) -> str:
        """The authentication context class reference: ``aal1``, ``aal2`` or ``phr``."""
        return acr_of(self.amr)

    @classmethod
    def for_session(cls, session: Session, grants: Grants = NO_GRANTS) -> Self:
        """Return the claims of a token of `session`, whose user has `grants`."""
        return cls(
            user_id=session.user_id,
            session_id=session.id,
            authenticated_at=session.authenticated_at,
            amr=session.methods,
            grants=grants,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeyClaims:
    """The claims of a token for which an API key was exchanged: it acts for the owner of the key.

    No user has authenticated for it, so it has no ``auth_time``. Its ``amr`` is `API_KEY`.
    """

    user_id: UserId
    key_id: str
    """Letters, digits, ``-`` and ``_``, at most 60. The claim ``sid`` is ``key:`` and this id."""
    permissions: tuple[str, ...] = ()
    audience: str | None = None
    """``None`` for the audience of the installation."""
    ends_at: datetime | None = None
    """When the key ends, and the token with it; ``None`` in a token that was verified."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientClaims:
    """The claims of a token that a client got for itself. Its ``sub`` is the id of the client."""

    client_id: ClientId
    permissions: tuple[str, ...] = ()
    audience: str | None = None
    """``None`` for the audience of the installation."""
    issued_at: datetime = field(compare=False)
    """A time before the client was read: what it loses later revokes the token."""


AnyClaims = AccessClaims | ApiKeyClaims | ClientClaims


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectedToken:
    """An access token of this installation, for whatever audience, that has not expired."""

    claims: AnyClaims
    id: str
    """The claim ``jti``."""
    issuer: str
    audience: str
    client_id: str
    """To which client it was issued."""
    issued_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """A signed token that services verify offline."""

    text: str = field(repr=False)
    expires_in: int
    """Seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPair:
    """An access token, and the refresh token that renews it."""

    access: AccessToken
    refresh: str = field(repr=False)
    replayed: bool = False
    """Whether the presented refresh token was a replay within the grace period."""

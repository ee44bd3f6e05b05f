"""Ports to stored sessions and to access tokens."""

from datetime import datetime
from typing import Protocol

from fastauth.domain.accounts.user import UserId
from fastauth.domain.passwords.password import PasswordHash
from fastauth.domain.rate_limits.counting import Refund
from fastauth.domain.sessions.access_token import AccessClaims, AccessToken
from fastauth.domain.sessions.session import AuthenticatedUser, Rotation, Session, SessionCursor, SessionId


class SessionRepository(Protocol):
    """Every session that may still be used."""

    async def add(
        self,
        session: Session,
        *,
        password_hash: PasswordHash,
        max_sessions: int,
        refunds: tuple[Refund, ...] = (),
    ) -> None:
        """Store a new session, and give `refunds` back with it. Records `EventType.LOGIN_SUCCEEDED`.

        The oldest sessions of the user end, so that at most `max_sessions` live. Of those that there were
        before, one call ends a hundred; calls at once may leave as many more as they are.

        Raises:
            InvalidCredentials: Its user is disabled or has another password than `password_hash`.
                Whatever ends a user's sessions at the same time ends this one, too.
        """

    async def rotate(self, session_id: SessionId, rotation: Rotation, *, now: datetime) -> Session | None:
        """Put the successor in the place of the session's refresh token, if that is the one spent.

        Records `EventType.SESSION_RENEWED`, at most once in a `RENEWAL_EVENT_INTERVAL` for each
        session. Stores by which client the token was rotated.

        One statement decides, and of any number at once a single one succeeds. ``None`` says that
        nothing changed: the token is another one, the session is over, its user disabled, or it was
        refreshed more often than the pace allows.
        """

    async def find(self, session_id: SessionId, *, now: datetime) -> AuthenticatedUser | None:
        """Return a session that lives and its user, unless that user is disabled."""

    async def list_active(
        self, user_id: UserId, *, now: datetime, after: SessionCursor | None = None, limit: int
    ) -> list[Session]:
        """Return the user's sessions that live, the newest first: those that follow `after`, or the first."""

    async def revoke(self, user_id: UserId, *, session_id: SessionId, now: datetime) -> bool:
        """End one of the user's sessions; return how many that were: 1 or 0."""

    async def revoke_all(self, user_id: UserId, *, except_: SessionId | None = None, now: datetime) -> int:
        """End the user's sessions, or all but one, however many there are.

        Returns how many that were; more than `MAX_COUNTED` are counted as so many.
        """


class AccessTokens(Protocol):
    """Signs access tokens, and reads those that were signed here."""

    async def issue(self, claims: AccessClaims) -> AccessToken:
        """Return a token that says so from now on."""

    async def verify(self, text: str) -> AccessClaims:
        """Return what a token says.

        Raises:
            InvalidAccessToken: It is not one of ours, or its time is over.
        """

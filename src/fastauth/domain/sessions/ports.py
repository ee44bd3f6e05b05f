"""Ports to stored sessions and to access tokens."""

from datetime import datetime
from typing import Protocol

from fastauth.domain.accounts.user import UserId
from fastauth.domain.rate_limits.refund import Refund
from fastauth.domain.roles.role import Grants
from fastauth.domain.sessions.access_token import AccessClaims, AccessToken, AnyClaims, InspectedToken
from fastauth.domain.sessions.proof import (
    Proof,
    StartProof,
)
from fastauth.domain.sessions.session import (
    AuthenticatedUser,
    RenewedSession,
    Rotation,
    Session,
    SessionCursor,
    SessionId,
)


class SessionRepository(Protocol):
    """Stored sessions."""

    async def add(
        self,
        session: Session,
        *,
        proof: StartProof,
        max_sessions: int,
        refunds: tuple[Refund, ...] = (),
    ) -> Grants:
        """Store a new session and apply `refunds` with it; return the roles and permissions of the user.

        Records `EventType.LOGIN_SUCCEEDED`. With a `PasswordProof` the methods of the session are
        `PASSWORD_ONLY`.

        The oldest sessions of the user are revoked, so that at most `max_sessions` are active. One
        call revokes at most a hundred; concurrent calls may exceed the limit by their number.

        Raises:
            InvalidCredentials: The user is disabled, has another password hash than that of `proof`, or
                has a second factor and `proof` is a `PasswordProof`; or the challenge of `proof` is used or
                expired, or its step is not after the last one. A concurrent `revoke_all` revokes this
                session too.
        """

    async def rotate(
        self, session_id: SessionId, rotation: Rotation, *, now: datetime
    ) -> RenewedSession | None:
        """Replace the session's refresh token, if it is the presented one, and return the session.

        Stores which client rotated it. Records `EventType.SESSION_RENEWED`, at most once in a
        `RENEWAL_EVENT_INTERVAL` for each session.

        One statement decides; of concurrent calls exactly one succeeds. ``None`` means that nothing
        changed: the token is not the current one, the session has ended, its user is disabled, or
        the limit of the rotation is reached.
        """

    async def step_up(
        self, session_id: SessionId, *, methods: tuple[str, ...], proof: Proof, now: datetime
    ) -> Grants | None:
        """Store that the user has authenticated again, by `methods`; return what the user has.

        Records `EventType.STEPPED_UP`. ``None`` means that nothing changed: the session has ended, its user
        is disabled, has another password hash than that of `proof`, or has a second factor and `proof` is a
        `PasswordProof`.
        """

    async def set_methods(
        self, user_id: UserId, methods: tuple[str, ...], *, session_id: SessionId | None = None
    ) -> None:
        """Store how the user has authenticated in a session, or without `session_id` in all of them.

        Their times of authentication stay as they are.
        """

    async def find(self, session_id: SessionId, *, now: datetime) -> AuthenticatedUser | None:
        """Return an active session and its user, unless the user is disabled."""

    async def list_active(
        self, user_id: UserId, *, now: datetime, after: SessionCursor | None = None, limit: int
    ) -> list[Session]:
        """Return at most `limit` active sessions of the user, the newest first, starting after `after`."""

    async def revoke(self, user_id: UserId, *, session_id: SessionId, now: datetime) -> bool:
        """End one session of the user; return whether it was active."""

    async def revoke_all(self, user_id: UserId, *, except_: SessionId | None = None, now: datetime) -> int:
        """End all sessions of the user but `except_`; return how many, counting to `MAX_COUNTED`.

        Each ended session is in the revocation feed. If there are `MAX_COUNTED` of them or more, all access
        tokens of the user that were issued so far are revoked instead, those of `except_` too.
        """


class AccessTokens(Protocol):
    """Signs and verifies access tokens."""

    async def check_key(self) -> None:
        """Return if a token can be signed now.

        Raises:
            NoActiveSigningKey: There is no key to sign with.
            KeyUnwrapFailed: The signing key cannot be decrypted.
        """

    async def issue(self, claims: AnyClaims, *, issued_at: datetime | None = None) -> AccessToken:
        """Return a signed token with these claims.

        `issued_at` is a time before the roles in the claims were read; without it, the current time. A
        revocation that is published to other services refuses the tokens that were issued before it.

        Raises:
            NoActiveSigningKey: There is no key to sign with.
            KeyUnwrapFailed: The signing key cannot be decrypted.
        """

    async def verify(self, text: str) -> AccessClaims:
        """Return the claims of a token of a session.

        Raises:
            InvalidAccessToken: The token was not issued here or has expired, or it is not of a session.
        """

    async def verify_any(self, text: str) -> AnyClaims:
        """Return the claims of a token of a session, of an API key or of a client.

        Raises:
            InvalidAccessToken: The token was not issued here for this service, or has expired.
        """

    async def inspect(self, text: str) -> InspectedToken:
        """Return the claims of a token for whatever audience. A token that was revoked by its id counts, too.

        Raises:
            InvalidAccessToken: The token was not issued here, or has expired.
        """

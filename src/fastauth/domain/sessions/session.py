"""Sessions, from log-in to log-out, and the policy of their lifetimes."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NewType

from fastauth.domain.accounts.user import User, UserId
from fastauth.domain.rate_limits.burst_limit import BurstLimit
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.domain.rate_limits.network import network_of
from fastauth.domain.rate_limits.rate_limit import CLOCK_SKEW
from fastauth.domain.roles.role import Grants
from fastauth.domain.sessions.assurance import PASSWORD_ONLY, TWO_FACTOR_LEVELS, acr_of
from fastauth.domain.sessions.errors import StepUpRequired
from fastauth.domain.sessions.refresh_token import TokenDigest

SessionId = NewType("SessionId", str)
ClientDigest = NewType("ClientDigest", bytes)

PAGE_SIZE = 100
"""Sessions in one page."""

MAX_COUNTED = 200
"""How far `SessionRepository.revoke_all` counts the sessions that it ends."""

STEP_UP_MAX_AGE = timedelta(minutes=10)
"""How old an authentication may be for a change of what recovers the account, or of its factors."""

RENEWAL_EVENT_INTERVAL = timedelta(minutes=1)
"""How often a renewal of one session is recorded at most: a renewal is cheap for a client."""


@dataclass(frozen=True, slots=True)
class ClientInfo:
    """The client of a log-in, as it describes itself; shown to its user only."""

    user_agent: str
    address: str

    def digest(self) -> ClientDigest:
        """Return a digest of the user agent and the network, by which a client is recognised."""
        text = f"{network_of(self.address)}\n{self.user_agent}"
        return ClientDigest(sha256(text.encode()).digest()[:16])


@dataclass(frozen=True, slots=True)
class SessionCursor:
    """The last session of a page, after which the next page starts."""

    created_at: datetime
    id: SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One log-in of one user on one client.

    Exactly one refresh token is current: the one whose digest is `refresh_digest`. The digest of the
    one before it is kept to recognise a replay.
    """

    id: SessionId
    user_id: UserId
    client: ClientInfo
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    """The absolute timeout, whatever the use of the session."""
    refresh_digest: TokenDigest = field(repr=False)
    refresh_expires_at: datetime
    """The idle timeout, which each renewal postpones."""
    previous_digest: TokenDigest | None = field(default=None, repr=False)
    rotated_at: datetime | None = None
    rotated_by: ClientDigest | None = field(default=None, repr=False)
    refresh_arrival_time: datetime | None = field(default=None, compare=False)
    """State of `SessionPolicy.refresh_limit`: see `BurstLimit`."""
    ended_at: datetime | None = None
    authenticated_at: datetime
    """The last time at which the user has authenticated: the log-in, or a step-up."""
    methods: tuple[str, ...] = PASSWORD_ONLY
    """How the user has authenticated (RFC 8176)."""

    def is_active(self, now: datetime) -> bool:
        """Return whether the session can still be used."""
        return self.ended_at is None and now < self.refresh_expires_at

    def is_replay_within_grace(
        self, digests: tuple[TokenDigest, ...], *, by: ClientDigest, now: datetime, policy: "SessionPolicy"
    ) -> bool:
        """Return whether a request is a replay of the latest rotation within the grace period.

        True if the token was the previous one, its successor has not been presented, and no more
        than the grace period has passed: two tabs, or a lost response. The client that rotated the
        token has longer, so that it outlives an outage. Concurrent requests may read the clock in
        either order; with a grace of 0 no replay is accepted.
        """
        if not policy.rotation_grace or self.rotated_at is None:
            return False
        rotation_grace = (
            max(policy.rotation_grace, policy.same_client_grace)
            if self.rotated_by == by
            else policy.rotation_grace
        )
        earliest = self.rotated_at - max(rotation_grace, CLOCK_SKEW)  # else the clock was set back
        return self.previous_digest in digests and earliest <= now < self.rotated_at + rotation_grace


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """The replacement of a presented refresh token."""

    presented: tuple[TokenDigest, ...]
    """The digests of the presented token, one of which may be stored."""
    successor: TokenDigest
    expires_at: datetime
    """The new idle timeout; the absolute timeout may be earlier."""
    client: ClientDigest | None = None
    limit: BurstLimit | None = None


@dataclass(frozen=True, slots=True)
class RenewedSession:
    """A session whose refresh token was replaced, and what its user had at that moment."""

    session: Session
    grants: Grants


@dataclass(frozen=True, slots=True)
class AuthenticatedUser:
    """A logged-in user, and the session of the request."""

    user: User
    session: Session

    def check_recent_authentication(self, now: datetime) -> None:
        """Return if the user has authenticated within `STEP_UP_MAX_AGE`, and by two factors if there are two.

        A session that began before the account had a second factor has to step up. A time in the future is
        of a clock that was set back, and is recent for no longer than another one.

        Raises:
            StepUpRequired: The log-in and the last step-up of the session are longer ago, or the account has
                a second factor and the session was authenticated without one.
        """
        levels = TWO_FACTOR_LEVELS if self.user.has_second_factor else ()
        is_recent = abs(now - self.session.authenticated_at) <= STEP_UP_MAX_AGE
        if not is_recent or (levels and acr_of(self.session.methods) not in levels):
            raise StepUpRequired(*levels)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPolicy:
    """Lifetimes and limits of sessions."""

    idle_timeout: timedelta = timedelta(days=7)
    """A session ends after this time without a renewal."""
    absolute_timeout: timedelta = timedelta(days=30)
    """A session ends after this time in any case (NIST SP 800-63B-4: 30 days at AAL1)."""
    rotation_grace: timedelta = timedelta(seconds=10)
    """How long a used refresh token still yields its successor; 0 accepts no replay."""
    same_client_grace: timedelta = timedelta(minutes=10)
    """The same for the client that rotated the token, unless `rotation_grace` is 0."""
    max_sessions: int = 100
    """Active sessions of one account. A log-in beyond that revokes the oldest."""
    refresh_limit: BurstLimit | None = None
    """How often one session may be renewed; ``None`` disables the limit."""

    def new_session(
        self,
        id_: SessionId,
        user_id: UserId,
        client: ClientInfo,
        *,
        refresh_digest: TokenDigest,
        now: datetime,
    ) -> Session:
        """Return a new session under this policy."""
        expires_at = now + self.absolute_timeout
        return Session(
            id=id_,
            user_id=user_id,
            client=client,
            created_at=now,
            authenticated_at=now,
            last_used_at=now,
            expires_at=expires_at,
            refresh_digest=refresh_digest,
            refresh_expires_at=self.refresh_expiry(now, expires_at=expires_at),
        )

    def refresh_limit_error(self, session: Session, now: datetime) -> TooManyRequests:
        """Return the error for a session that is renewed too often."""
        wait = (
            self.refresh_limit.retry_after(session.refresh_arrival_time, now)
            if self.refresh_limit
            else timedelta(0)
        )
        return TooManyRequests(after=wait)

    def refresh_expiry(self, now: datetime, *, expires_at: datetime) -> datetime:
        """Return the idle timeout of a session that is used now."""
        return min(now + self.idle_timeout, expires_at)

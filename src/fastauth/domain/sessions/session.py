"""A log-in that lasts: from the password until the log-out."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NewType

from fastauth.domain.accounts.user import User, UserId
from fastauth.domain.rate_limits.burst_limit import BurstLimit
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.domain.rate_limits.network import network_of
from fastauth.domain.sessions.refresh_token import TokenDigest

SessionId = NewType("SessionId", str)
ClientDigest = NewType("ClientDigest", bytes)

PAGE_SIZE = 100
"""Sessions that are listed at once."""

MAX_COUNTED = 200
"""Where all sessions of an account end at once, more than that are not counted."""

RENEWAL_EVENT_INTERVAL = timedelta(minutes=1)
"""Refreshes of one session are one event for so long: they cost whoever sends them no hash."""


@dataclass(frozen=True, slots=True)
class ClientInfo:
    """From where somebody logged in, as far as they said; shown to nobody but them."""

    user_agent: str
    address: str

    def digest(self) -> ClientDigest:
        """Return what tells this client from another: its user agent and its network."""
        told = f"{network_of(self.address)}\n{self.user_agent}"
        return ClientDigest(sha256(told.encode()).digest()[:16])


@dataclass(frozen=True, slots=True)
class SessionCursor:
    """Where a page of sessions ends, and the next one begins."""

    created_at: datetime
    id: SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One log-in of one user on one client.

    Of its refresh tokens a single one can be presented: the one whose digest is ``refresh_digest``.
    The one presented before it is remembered for as long as it may be presented again.
    """

    id: SessionId
    user_id: UserId
    client: ClientInfo
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    """However much it is used."""
    refresh_digest: TokenDigest = field(repr=False)
    refresh_expires_at: datetime
    """Unless it is used before."""
    previous_digest: TokenDigest | None = field(default=None, repr=False)
    rotated_at: datetime | None = None
    rotated_by: ClientDigest | None = field(default=None, repr=False)
    refresh_arrival_time: datetime | None = field(default=None, compare=False)
    """See `BurstLimit`."""
    ended_at: datetime | None = None

    def is_active(self, now: datetime) -> bool:
        """Say whether the session can still be used."""
        return self.ended_at is None and now < self.refresh_expires_at

    def is_replay_within_grace(
        self, digests: tuple[TokenDigest, ...], *, by: ClientDigest, now: datetime, policy: "SessionPolicy"
    ) -> bool:
        """Return whether a request only repeats the last refresh of the session.

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
        return self.previous_digest in digests and now < self.rotated_at + rotation_grace


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """What is put in the place of a refresh token that is presented."""

    presented: tuple[TokenDigest, ...]
    """What may be stored of the token that is presented."""
    successor: TokenDigest
    expires_at: datetime
    """When the session is over unless it is used before, and unless it is over earlier in any case."""
    client: ClientDigest | None = None
    limit: BurstLimit | None = None


@dataclass(frozen=True, slots=True)
class AuthenticatedUser:
    """Somebody who is logged in: who, and by which session."""

    user: User
    session: Session


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPolicy:
    """How long sessions last, and what is forgiven."""

    idle_timeout: timedelta = timedelta(days=7)
    """After so long without a refresh a session is over."""
    absolute_timeout: timedelta = timedelta(days=30)
    """After so long it is over in any case (NIST SP 800-63B-4: 30 days at AAL1)."""
    rotation_grace: timedelta = timedelta(seconds=10)
    """For so long a presented refresh token yields its successor again."""
    same_client_grace: timedelta = timedelta(minutes=10)
    """For so long it does so for the client that presented it, if there is a rotation_grace at all."""
    max_sessions: int = 100
    """Sessions of one account: a log-in ends the oldest beyond that."""
    refresh_limit: BurstLimit | None = None
    """How often one session may be refreshed; ``None`` for as often as it likes."""

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
            last_used_at=now,
            expires_at=expires_at,
            refresh_digest=refresh_digest,
            refresh_expires_at=self.refresh_expiry(now, expires_at=expires_at),
        )

    def refresh_limit_error(self, session: Session, now: datetime) -> TooManyRequests:
        """Return what to raise where a session is refreshed faster than is allowed."""
        wait = (
            self.refresh_limit.retry_after(session.refresh_arrival_time, now)
            if self.refresh_limit
            else timedelta(0)
        )
        return TooManyRequests(after=wait)

    def refresh_expiry(self, now: datetime, *, expires_at: datetime) -> datetime:
        """Return when a session that is used `now` is over unless it is used again."""
        return min(now + self.idle_timeout, expires_at)

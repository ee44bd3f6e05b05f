"""A log-in that lasts: from the password until the log-out."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NewType

from fastauth.domain.accounts.user import User, UserId
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.domain.rate_limits.network import network_of
from fastauth.domain.rate_limits.pace import Pace
from fastauth.domain.sessions.refresh_token import TokenDigest

SessionId = NewType("SessionId", str)
ClientDigest = NewType("ClientDigest", bytes)

PAGE = 100
"""Sessions that are listed at once."""

MOST_COUNTED = 200
"""Where all sessions of an account end at once, more than that are not counted."""

RECORDED_WITHIN = timedelta(minutes=1)
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
    """One log-in of one user on one device.

    Of its refresh tokens a single one can be spent: the one whose digest is ``refresh_digest``.
    The one spent before it is remembered for as long as it may be presented again.
    """

    id: SessionId
    user_id: UserId
    device: ClientInfo
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    """However much it is used."""
    refresh_digest: TokenDigest = field(repr=False)
    refresh_expires_at: datetime
    """Unless it is used before."""
    spent_digest: TokenDigest | None = field(default=None, repr=False)
    spent_at: datetime | None = None
    spent_by: ClientDigest | None = field(default=None, repr=False)
    refreshes_paid_until: datetime | None = field(default=None, compare=False)
    """See `Pace`."""
    ended_at: datetime | None = None

    def is_active(self, now: datetime) -> bool:
        """Say whether the session can still be used."""
        return self.ended_at is None and now < self.refresh_expires_at

    def is_replay_within_grace(
        self, digests: tuple[TokenDigest, ...], *, by: ClientDigest, now: datetime, terms: "SessionPolicy"
    ) -> bool:
        """Return whether a request only repeats the last refresh of the session.

        That is so if its token was the last one spent, its successor has not been presented, and no
        more than the grace has passed: two tabs, or an answer that got lost. The client that spent
        the token has longer, for an outage. Whoever of two was later may have read the clock earlier:
        without a grace that is no excuse.
        """
        if not terms.grace or self.spent_at is None:
            return False
        grace = max(terms.grace, terms.outage) if self.spent_by == by else terms.grace
        return self.spent_digest in digests and now < self.spent_at + grace


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """What is put in the place of a refresh token that is presented."""

    spent: tuple[TokenDigest, ...]
    """What may be stored of the token that is presented."""
    successor: TokenDigest
    until: datetime
    """When the session is over unless it is used before, and unless it is over earlier in any case."""
    by: ClientDigest | None = None
    pace: Pace | None = None


@dataclass(frozen=True, slots=True)
class AuthenticatedUser:
    """Somebody who is logged in: who, and by which session."""

    user: User
    session: Session


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPolicy:
    """How long sessions last, and what is forgiven."""

    idle: timedelta = timedelta(days=7)
    """After so long without a refresh a session is over."""
    absolute: timedelta = timedelta(days=30)
    """After so long it is over in any case (NIST SP 800-63B-4: 30 days at AAL1)."""
    grace: timedelta = timedelta(seconds=10)
    """For so long a spent refresh token yields its successor again."""
    outage: timedelta = timedelta(minutes=10)
    """For so long it does so for the client that spent it, if there is a grace at all."""
    at_most: int = 100
    """Sessions of one account: a log-in ends the oldest beyond that."""
    pace: Pace | None = None
    """How often one session may be refreshed; ``None`` for as often as it likes."""

    def begin(
        self,
        id_: SessionId,
        user_id: UserId,
        device: ClientInfo,
        *,
        refresh_digest: TokenDigest,
        now: datetime,
    ) -> Session:
        """Return a new session on these terms."""
        expires_at = now + self.absolute
        return Session(
            id=id_,
            user_id=user_id,
            device=device,
            created_at=now,
            last_used_at=now,
            expires_at=expires_at,
            refresh_digest=refresh_digest,
            refresh_expires_at=self.refresh_until(now, expires_at=expires_at),
        )

    def too_early(self, session: Session, now: datetime) -> TooManyRequests:
        """Return what to raise where a session is refreshed faster than is allowed."""
        wait = self.pace.wait(session.refreshes_paid_until, now) if self.pace else timedelta(0)
        return TooManyRequests(after=wait)

    def refresh_until(self, now: datetime, *, expires_at: datetime) -> datetime:
        """Return when a session that is used `now` is over unless it is used again."""
        return min(now + self.idle, expires_at)

"""A log-in that lasts: from the password until the log-out."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NewType

from fastauth.domain.refresh_token import TokenDigest
from fastauth.domain.user import User, UserId

SessionId = NewType("SessionId", str)


@dataclass(frozen=True, slots=True)
class Device:
    """From where somebody logged in, as far as they said; shown to nobody but them."""

    user_agent: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One log-in of one user on one device.

    Of its refresh tokens a single one can be spent: the one whose digest is ``refresh_digest``.
    The one spent before it is remembered for as long as it may be presented again.
    """

    id: SessionId
    user_id: UserId
    device: Device
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    """However much it is used."""
    refresh_digest: TokenDigest = field(repr=False)
    refresh_expires_at: datetime
    """Unless it is used before."""
    spent_digest: TokenDigest | None = field(default=None, repr=False)
    spent_at: datetime | None = None
    ended_at: datetime | None = None

    def lives(self, now: datetime) -> bool:
        """Say whether the session can still be used."""
        return self.ended_at is None and now < self.refresh_expires_at

    def repeats(self, digests: tuple[TokenDigest, ...], *, now: datetime, grace: timedelta) -> bool:
        """Say whether somebody only asks again what they asked just now.

        That is so if their token was the last one spent, its successor has not been spent, and no
        more than `grace` has passed: two tabs, or an answer that got lost. Whoever of two was later
        may have read the clock earlier: without a grace that is no excuse.
        """
        if not grace or self.spent_at is None:
            return False
        return self.spent_digest in digests and now < self.spent_at + grace


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who is logged in: who, and by which session."""

    user: User
    session: Session


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionTerms:
    """How long sessions last, and what is forgiven."""

    idle: timedelta = timedelta(days=7)
    """After so long without a refresh a session is over."""
    absolute: timedelta = timedelta(days=30)
    """After so long it is over in any case (NIST SP 800-63B-4: 30 days at AAL1)."""
    grace: timedelta = timedelta(seconds=10)
    """For so long a spent refresh token yields its successor again."""

    def begin(
        self, id_: SessionId, user_id: UserId, device: Device, *, refresh_digest: TokenDigest, now: datetime
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

    def refresh_until(self, now: datetime, *, expires_at: datetime) -> datetime:
        """Return when a session that is used `now` is over unless it is used again."""
        return min(now + self.idle, expires_at)

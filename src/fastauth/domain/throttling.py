"""How often somebody may guess.

Three rules together. A *network* may send so much in a minute, and is told when it may go on. An
*account* lets strangers guess a few times from each network, and ever more slowly from all of them
together (NIST SP 800-63B-4, section 3.2.2). And whoever has shown before that the account is theirs,
by a device token or by a session, has a budget of their own, so that no stranger can use it up.

What is counted is counted before the password is looked at, and given back if it was right: many
guesses at once are as many as one after the other.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from hmac import digest as hmac
from ipaddress import IPv4Address, ip_address
from typing import NewType

from fastauth.domain.errors import TooManyAttempts
from fastauth.domain.secret_key import SecretKey

Network = NewType("Network", str)
TallyKey = NewType("TallyKey", bytes)

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
NEVER = datetime(9999, 1, 1, tzinfo=UTC)

REMEMBERED = timedelta(days=1)
"""A tally that nothing is added to for so long is forgotten, unless strangers used it up."""

_IPV6_PREFIX = 64
"""Bits: the least that one customer gets, who may use any address in it (RFC 6177)."""


def network_of(address: str) -> Network:
    """Return whom an address belongs to: of IPv4 the address itself, of IPv6 its /64.

    Whatever is no address belongs to one network, that of the unknown.
    """
    try:
        ip = ip_address(address)
    except ValueError:
        return Network("unknown")
    ip = getattr(ip, "ipv4_mapped", None) or ip
    if isinstance(ip, IPv4Address):
        return Network(str(ip))
    return Network((int(ip) >> (128 - _IPV6_PREFIX)).to_bytes(8, "big").hex(":", 2))


@dataclass(frozen=True, slots=True)
class Tally:
    """What is remembered under one key."""

    attempts: int = 0
    """Those that were not given back."""
    until: datetime = LONG_AGO
    """Of a budget, when it is full again; of strangers, when the next one may try."""

    def remembered(self, now: datetime) -> "Tally":
        """Return the tally, or a new one where this is over."""
        return self if now < self.until + REMEMBERED or self.until == NEVER else Tally()


@dataclass(frozen=True, slots=True)
class Budget:
    """So many attempts in any such time: a bucket that drips (the generic cell rate algorithm)."""

    attempts: int
    per: timedelta
    at_most: int | None = None
    """Attempts in a row, however long they take."""

    def debited(self, tally: Tally, now: datetime) -> Tally | None:
        """Return the tally after one more attempt; ``None`` if there is no room for it."""
        until = self._used_until(tally, now) + self.per / self.attempts
        if until > now + self.per or (self.at_most is not None and tally.attempts >= self.at_most):
            return None
        return Tally(tally.attempts + 1, until)

    def demanded(self, tally: Tally, now: datetime) -> Tally:
        """Return the tally after one more attempt.

        Raises:
            TooManyAttempts: There is no room for it yet.
        """
        after = self.debited(tally, now)
        if after is None:
            wait = self._used_until(tally, now) + self.per / self.attempts - self.per - now
            raise TooManyAttempts(after=wait)
        return after

    def credited(self, tally: Tally) -> Tally:
        """Return the tally as if one attempt had not been."""
        return Tally(max(0, tally.attempts - 1), max(LONG_AGO, tally.until - self.per / self.attempts))

    def _used_until(self, tally: Tally, now: datetime) -> datetime:
        """Return from when the bucket is full; one that takes longer than all of it is of another clock."""
        return tally.until if now < tally.until <= now + self.per else now


@dataclass(frozen=True, slots=True)
class Backoff:
    """Attempts ever further apart, and in the end none."""

    first: timedelta
    longest: timedelta
    at_most: int

    def debited(self, tally: Tally, now: datetime) -> Tally | None:
        """Return the tally after one more attempt; ``None`` if it is too early, or too late for ever."""
        if self.is_used_up(tally) or now < tally.until <= now + self.longest:
            return None
        attempts = tally.attempts + 1
        if attempts == self.at_most:
            return Tally(attempts, NEVER)
        doublings = min(tally.attempts, 32)
        return Tally(attempts, now + min(self.first * 2**doublings, self.longest))

    def credited(self, tally: Tally, now: datetime, *, attempts: int) -> Tally:
        """Return the tally as if so many attempts had not been."""
        left = tally.attempts - attempts
        return Tally(left, min(tally.until, now + self.longest)) if left > 0 else Tally()

    def is_used_up(self, tally: Tally) -> bool:
        """Say whether there will be no next attempt."""
        return tally.attempts >= self.at_most


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The numbers. Those of networks are the defaults that django-allauth publishes."""

    log_ins: Budget = Budget(30, timedelta(minutes=1))
    """Of one network."""
    failures: Budget = Budget(10, timedelta(minutes=1))
    """Of one network: log-ins that were not given back."""
    registrations: Budget = Budget(20, timedelta(minutes=1))
    """Of one network."""
    guesses: Budget = Budget(5, timedelta(minutes=5))
    """Of one network at one account."""
    strangers: Backoff = Backoff(timedelta(seconds=1), timedelta(minutes=15), at_most=100)
    """All together at one account. NIST SP 800-63B-4, section 3.2.2: at most 100 in a row."""
    owners: Budget = Budget(10, timedelta(minutes=5), at_most=100)
    """Of one device or session that the account knows."""


class TallyKeys:
    """Names tallies. Neither a name nor an address can be read out of a key."""

    def __init__(self, secret: SecretKey) -> None:
        self._secret = secret.derive("tally keys")

    def __call__(self, kind: str, *parts: str) -> TallyKey:
        """Return the key of the tally of this kind for these parts."""
        return TallyKey(hmac(self._secret, "\n".join((kind, *parts)).encode(), sha256)[:16])

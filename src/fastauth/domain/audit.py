"""The audit trail: what is kept of events beside the events, for whom, and for how long."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from hmac import digest as hmac

from fastauth.domain.event import Event, EventKind, NameDigest
from fastauth.domain.secret_key import SecretKey
from fastauth.domain.user import UserId
from fastauth.domain.username import Username


class Actor(StrEnum):
    """Who had something happen."""

    CLIENT = "client"
    """Somebody on the network."""
    OPERATOR = "operator"
    """Whoever may run commands on the machine."""
    SERVICE = "service"
    """Nobody: it was time."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something came from."""

    actor: Actor
    address: str | None = None
    """Of a client."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An event as it was written down."""

    number: int
    event: Event
    origin: Origin | None
    """``None`` of what was recorded before origins were."""
    username: str | None
    """In its owner's spelling, if the account is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which events somebody wants to see: those of whom all of this is true."""

    user_id: UserId | None = None
    names: tuple[NameDigest, ...] = ()
    """Or, instead of the user, a name that was tried."""
    kind: EventKind | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """For how long events are kept, and the addresses in them."""

    events: timedelta = timedelta(days=365)
    addresses: timedelta = timedelta(days=30)
    """Zero: none is ever stored."""


class NameDigests:
    """Tells names that were tried apart, without keeping them: people type passwords there.

    ``keys`` are the server's secret keys, the newest first; the older ones are only recognised.
    """

    def __init__(self, *keys: SecretKey) -> None:
        self._keys = [key.derive("names tried") for key in keys]

    def __call__(self, name: Username) -> NameDigest:
        """Return what is stored of a name from now on."""
        return self.possible(name)[0]

    def possible(self, name: Username) -> tuple[NameDigest, ...]:
        """Return what may have been stored of a name, under each key."""
        return tuple(NameDigest(hmac(key, name.key.encode(), sha256)[:16]) for key in self._keys)

"""One attempt as the rules count it, and their decision."""

from dataclasses import dataclass
from enum import Enum, auto

from fastauth.domain.rate_limits.backoff import Backoff
from fastauth.domain.rate_limits.counter import CounterKey
from fastauth.domain.rate_limits.rate_limit import RateLimit


class Scope(Enum):
    """What follows if a rule does not allow an attempt."""

    NETWORK = auto()
    """`TooManyRequests` is raised, and nothing is counted."""
    SLOT = auto()
    """Another attempt is being verified: the caller waits, and nothing is counted."""
    ACCOUNT = auto()
    """The attempt cannot succeed, and counts for its network only."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One attempt, counted under one key by one rule."""

    key: CounterKey
    rule: RateLimit | Backoff
    scope: Scope
    older_keys: tuple[CounterKey, ...] = ()
    """Where the counter may still be stored after a change of the secret key."""


class Decision(Enum):
    """The outcome of counting an attempt."""

    ALLOWED = auto()
    """The attempt may succeed."""
    LIMITED = auto()
    """The attempt fails, whatever its password is."""
    BUSY = auto()
    """Another attempt is being verified: try again shortly."""


@dataclass(frozen=True, slots=True)
class HitResult:
    """The decision on an attempt."""

    decision: Decision
    is_locked: bool
    """Whether one of the rules allows no further attempt until it is reset."""

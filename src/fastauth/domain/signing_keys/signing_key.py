"""The keys that sign access tokens, and when each of them does."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """One of the installation's signing keys. Only a sealed form of its private part is kept."""

    number: int
    """The how-manieth key of this installation. Two processes cannot add the same."""
    kid: str
    """The thumbprint of the public key (RFC 7638)."""
    algorithm: str
    public_jwk: str
    """The public key as JSON (RFC 7517)."""
    sealed: str = field(repr=False)
    """The private key, encrypted under the server's secret key."""
    published_at: datetime
    active_from: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationPolicy:
    """When keys come and go."""

    lead: timedelta
    """How long a key is public before it signs: as long as anybody may cache the set without it."""
    rotation: timedelta
    """How long a key signs."""
    afterlife: timedelta
    """How long a key stays public after its successor has begun: as long as its last token lives."""


@dataclass(frozen=True, slots=True)
class KeySet:
    """All the keys there are, in the order of their numbers."""

    keys: Sequence[SigningKey]

    def signer(self, now: datetime) -> SigningKey | None:
        """Return the key that signs at present."""
        return next((key for key in reversed(self.keys) if key.active_from <= now), None)

    def published(self, now: datetime, schedule: RotationPolicy) -> list[SigningKey]:
        """Return the keys that anybody may still or already meet."""
        return [key for key in self.keys if not self._is_over(key, now, schedule)]

    def next_number(self) -> int:
        """Return the number of a key that comes after all these."""
        return self.keys[-1].number + 1 if self.keys else 1

    def rotation_due(self, now: datetime, schedule: RotationPolicy) -> bool:
        """Say whether it is time to publish another key."""
        return not self.keys or now >= self.next_rotation(schedule)

    def next_rotation(self, schedule: RotationPolicy) -> datetime:
        """Return when the key after the last of these is to be published."""
        return self.keys[-1].active_from + schedule.rotation - schedule.lead

    def _is_over(self, key: SigningKey, now: datetime, schedule: RotationPolicy) -> bool:
        successor = next((other for other in self.keys if other.number > key.number), None)
        return successor is not None and now >= successor.active_from + schedule.afterlife

"""The keys that sign access tokens, and when each of them does."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """One of the installation's signing keys. The private key is stored encrypted."""

    sequence: int
    """The how-manieth key of this installation. Two processes cannot add the same."""
    kid: str
    """The thumbprint of the public key (RFC 7638)."""
    algorithm: str
    public_jwk: str
    """The public key as JSON (RFC 7517)."""
    encrypted_private_key: str = field(repr=False)
    """The private key, encrypted under the server's secret key."""
    published_at: datetime
    active_from: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationPolicy:
    """When keys come and go."""

    publish_ahead: timedelta
    """How long a key is public before it signs: as long as anybody may cache the set without it."""
    rotate_every: timedelta
    """How long a key signs."""
    verify_after: timedelta
    """How long a key stays public after its successor has begun: as long as its last token lives."""


@dataclass(frozen=True, slots=True)
class KeySet:
    """All the keys there are, in the order of their numbers."""

    keys: Sequence[SigningKey]

    def active(self, now: datetime) -> SigningKey | None:
        """Return the key that signs at present."""
        return next((key for key in reversed(self.keys) if key.active_from <= now), None)

    def published(self, now: datetime, policy: RotationPolicy) -> list[SigningKey]:
        """Return the keys that anybody may still or already meet."""
        return [key for key in self.keys if not self._is_over(key, now, policy)]

    def next_sequence(self) -> int:
        """Return the sequence of a key that comes after all these."""
        return self.keys[-1].sequence + 1 if self.keys else 1

    def rotation_due(self, now: datetime, policy: RotationPolicy) -> bool:
        """Say whether it is time to publish another key."""
        return not self.keys or now >= self.next_rotation(policy)

    def next_rotation(self, policy: RotationPolicy) -> datetime:
        """Return when the key after the last of these is to be published."""
        return self.keys[-1].active_from + policy.rotate_every - policy.publish_ahead

    def _is_over(self, key: SigningKey, now: datetime, policy: RotationPolicy) -> bool:
        successor = next((other for other in self.keys if other.sequence > key.sequence), None)
        return successor is not None and now >= successor.active_from + policy.verify_after

"""All signing keys, and when the next one is due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fastauth.domain.signing_keys.signing_key import RotationPolicy, SigningKey


@dataclass(frozen=True, slots=True)
class KeySet:
    """All stored keys, in the order of their sequence numbers."""

    keys: Sequence[SigningKey]

    def active(self, now: datetime) -> SigningKey | None:
        """Return the key that signs now, if there is one."""
        return next((key for key in reversed(self.keys) if key.active_from <= now), None)

    def published(self, now: datetime, policy: RotationPolicy) -> list[SigningKey]:
        """Return the keys to publish: the next one, the active one, and those with valid tokens."""
        return [key for key in self.keys if not self._is_expired(key, now, policy)]

    def next_sequence(self) -> int:
        """Return the sequence number of the next key."""
        return self.keys[-1].sequence + 1 if self.keys else 1

    def rotation_due(self, now: datetime, policy: RotationPolicy) -> bool:
        """Return whether the next key is to be published now."""
        return not self.keys or now >= self.next_rotation(policy)

    def next_rotation(self, policy: RotationPolicy) -> datetime:
        """Return when the key after the last one is to be published."""
        return self.keys[-1].active_from + policy.rotate_every - policy.publish_ahead

    def _is_expired(self, key: SigningKey, now: datetime, policy: RotationPolicy) -> bool:
        successor = next((other for other in self.keys if other.sequence > key.sequence), None)
        return successor is not None and now >= successor.active_from + policy.verify_after

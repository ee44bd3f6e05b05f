"""Publish the public keys that verify access tokens."""

from dataclasses import dataclass, field
from datetime import datetime

from fastauth.domain.clock import Clock
from fastauth.domain.errors import StorageUnavailable
from fastauth.domain.signing_keys.key_set import KeySet
from fastauth.domain.signing_keys.ports import SigningKeyRepository
from fastauth.domain.signing_keys.signing_key import RotationPolicy, SigningKey


@dataclass(slots=True, kw_only=True)
class PublishKeys:
    """Return the public keys with which services verify access tokens offline (RFC 7517).

    They include the next key before it signs, and old keys until their last token has expired.

    While the database is unavailable, the keys that were loaded last are returned for up to
    `RotationPolicy.publish_ahead`: a key that another process has published since is not active
    before that.
    """

    keys: SigningKeyRepository
    policy: RotationPolicy
    clock: Clock
    _keys: KeySet = field(default_factory=lambda: KeySet(()), init=False)
    _loaded_at: datetime | None = field(default=None, init=False)

    async def __call__(self) -> list[SigningKey]:
        """Return the keys to publish.

        Raises:
            StorageUnavailable: The database is unavailable, and the loaded keys are too old.
        """
        now = self.clock.now()
        try:
            self._keys, self._loaded_at = await self.keys.load(), now
        except StorageUnavailable:
            if self._loaded_at is None or now - self._loaded_at >= self.policy.publish_ahead:
                raise
        return self._keys.published(now, self.policy)

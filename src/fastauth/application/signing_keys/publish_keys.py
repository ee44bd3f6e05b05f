"""Publish the keys that verify access tokens."""

from dataclasses import dataclass, field
from datetime import datetime

from fastauth.domain.clock import Clock
from fastauth.domain.errors import StorageUnavailable
from fastauth.domain.signing_keys.ports import SigningKeyRepository
from fastauth.domain.signing_keys.signing_key import KeySet, RotationPolicy, SigningKey


@dataclass(slots=True, kw_only=True)
class PublishKeys:
    """Give the public keys with which anybody can verify an access token by themselves (RFC 7517).

    Among them are the next key, before it signs, and old ones, until their last token has expired.

    While the database is away, the keys that were read last are given, for as long as the policy
    leads: a key that another process has published since then does not sign before that.
    """

    keys: SigningKeyRepository
    policy: RotationPolicy
    clock: Clock
    _keys: KeySet = field(default_factory=lambda: KeySet(()), init=False)
    _loaded_at: datetime | None = field(default=None, init=False)

    async def __call__(self) -> list[SigningKey]:
        """Return the keys to publish.

        Raises:
            StorageUnavailable: The database is away, and what was read last is too old. Try again later.
        """
        now = self.clock.now()
        try:
            self._keys, self._loaded_at = await self.keys.load(), now
        except StorageUnavailable:
            if self._loaded_at is None or now - self._loaded_at >= self.policy.publish_ahead:
                raise
        return self._keys.published(now, self.policy)

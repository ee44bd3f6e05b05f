"""Publish the keys that verify access tokens."""

from dataclasses import dataclass

from fastauth.domain.ports import Clock, SigningKeyRepository
from fastauth.domain.signing_key import KeySchedule, SigningKey


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishKeys:
    """Give the public keys with which anybody can verify an access token by themselves (RFC 7517).

    Among them are the next key, before it signs, and old ones, until their last token has expired.
    """

    keys: SigningKeyRepository
    schedule: KeySchedule
    clock: Clock

    async def __call__(self) -> list[SigningKey]:
        """Return the keys to publish.

        Raises:
            StorageUnavailable: Try again later.
        """
        return (await self.keys.ring()).published(self.clock.now(), self.schedule)

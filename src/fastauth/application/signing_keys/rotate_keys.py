"""Rotate the signing keys."""

from dataclasses import dataclass

from fastauth.domain.clock import Clock
from fastauth.domain.signing_keys.ports import SigningKeyGenerator, SigningKeyRepository
from fastauth.domain.signing_keys.signing_key import KeySet, RotationPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateKeys:
    """Publish the next signing key when it is due, and forget the keys that are over.

    The first key signs at once. Every other one is public for a while before it does, so that
    nobody meets a token whose key they cannot know. Any number of processes may run this at once.
    """

    keys: SigningKeyRepository
    key_generator: SigningKeyGenerator
    policy: RotationPolicy
    clock: Clock

    async def __call__(self, *, early: bool = False) -> KeySet:
        """Do what is due, with `early` before it is due, and return the keys as they are then.

        Raises:
            StorageUnavailable: Try again later.
        """
        keys, now = await self.keys.load(), self.clock.now()
        if early or keys.rotation_due(now, self.policy):
            active_from = now + self.policy.publish_ahead if keys.keys else now
            await self.keys.add(
                self.key_generator.generate(
                    sequence=keys.next_sequence(), published_at=now, active_from=active_from
                )
            )
        public = keys.published(now, self.policy)
        for key in keys.keys:
            if key not in public:
                await self.keys.remove(key)
            elif (rewrapped := self.key_generator.rewrap(key)) is not key:
                await self.keys.update(rewrapped)
        return await self.keys.load()

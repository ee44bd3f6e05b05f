"""Rotate the signing keys."""

from dataclasses import dataclass

from fastauth.domain.clock import Clock
from fastauth.domain.signing_keys.key_set import KeySet
from fastauth.domain.signing_keys.ports import SigningKeyGenerator, SigningKeyRepository
from fastauth.domain.signing_keys.signing_key import RotationPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateKeys:
    """Publish the next signing key when it is due, remove expired keys, and rewrap the others.

    A key signs at once if no other one does: the first one, and after a clock that was ahead was set back.
    Every other key is published before it signs, so that services have it when they receive its first token.
    Any number of processes may run this concurrently.
    """

    keys: SigningKeyRepository
    key_generator: SigningKeyGenerator
    policy: RotationPolicy
    clock: Clock

    async def __call__(self, *, early: bool = False) -> KeySet:
        """Do what is due, and return the keys; `early` publishes the next key before it is due.

        Raises:
            StorageUnavailable: Try again later.
        """
        keys, now = await self.keys.load(), self.clock.now()
        active = keys.active(now)
        if early or active is None or keys.rotation_due(now, self.policy):
            number, start = keys.next_sequence(), now + self.policy.publish_ahead if active else now
            new = self.key_generator.generate(sequence=number, published_at=now, active_from=start)
            await self.keys.add(new)
        public = keys.published(now, self.policy)
        for key in keys.keys:
            if key not in public:
                await self.keys.remove(key)
            elif (rewrapped := self.key_generator.rewrap(key)) is not key:
                await self.keys.update(rewrapped)
        return await self.keys.load()

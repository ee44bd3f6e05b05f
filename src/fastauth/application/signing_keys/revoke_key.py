"""Withdraw a signing key that has leaked."""

from dataclasses import dataclass

from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.clock import Clock
from fastauth.domain.revocations.revocation import Revocation
from fastauth.domain.signing_keys.errors import SigningKeyNotFound
from fastauth.domain.signing_keys.key_set import KeySet
from fastauth.domain.signing_keys.ports import SigningKeyGenerator, SigningKeyRepository
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeKey:
    """Delete a signing key, so that no token that it signed is accepted any more.

    If it was the active one, a new key signs at once: its tokens are accepted by services that fetch the keys
    when they do not know the one of a token.
    """

    keys: SigningKeyRepository
    key_generator: SigningKeyGenerator
    unit_of_work: UnitOfWork
    clock: Clock

    async def __call__(self, *, kid: str) -> KeySet:
        """Delete the key with this id; return the others.

        Raises:
            SigningKeyNotFound: No key has this id.
            StorageUnavailable: The key may or may not have been deleted.
        """
        keys, now = await self.keys.load(), self.clock.now()
        revoked = next((key for key in keys.keys if key.kid == kid), None)
        if revoked is None:
            raise SigningKeyNotFound
        rest = KeySet([key for key in keys.keys if key is not revoked])
        async with self.unit_of_work.begin() as transaction:
            await transaction.signing_keys.remove(revoked)
            if rest.active(now) is None:
                number = keys.next_sequence()
                new = self.key_generator.generate(sequence=number, published_at=now, active_from=now)
                await transaction.signing_keys.add(new)
            await transaction.revocations.add(Revocation.of_key(kid, at=now))
            event = Event(type=EventType.SIGNING_KEY_REVOKED, occurred_at=now, detail=kid)
            await transaction.events.record(event)
            await transaction.commit()
        return await self.keys.load()

"""Publish the next signing key before it is due."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from fastauth.domain.clock import Clock
from fastauth.domain.principals.principal import Principal
from fastauth.domain.roles.permissions import WRITE_KEYS
from fastauth.domain.signing_keys.key_set import KeySet
from fastauth.domain.signing_keys.ports import SigningKeyRepository


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateKeysByAdmin:
    """Publish the next key now. It signs once every service has it.

    While a published key waits to sign, no other one is made: each press of a button would publish one more.
    """

    keys: SigningKeyRepository
    rotate_keys: Callable[..., Awaitable[KeySet]]
    attributed_to: Callable[[Principal], AbstractContextManager[None]]
    """A context in which recorded events name the acting principal."""
    clock: Clock

    async def __call__(self, *, acting: Principal) -> KeySet:
        """Return the keys.

        Raises:
            NotPermitted: `acting` lacks ``fastauth:keys.write``.
            StorageUnavailable: The key may or may not have been stored.
        """
        acting.require(WRITE_KEYS)
        keys = await self.keys.load()
        if keys.keys and keys.keys[-1].active_from > self.clock.now():
            return keys
        with self.attributed_to(acting):
            return await self.rotate_keys(early=True)

"""Withdraw a signing key that has leaked."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from fastauth.domain.principals.principal import Principal
from fastauth.domain.roles.permissions import WRITE_KEYS
from fastauth.domain.signing_keys.key_set import KeySet


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeKeyByAdmin:
    """Delete a signing key, so that no token that it signed is accepted any more."""

    revoke_key: Callable[..., Awaitable[KeySet]]
    attributed_to: Callable[[Principal], AbstractContextManager[None]]
    """A context in which recorded events name the acting principal."""

    async def __call__(self, *, acting: Principal, kid: str) -> KeySet:
        """Delete the key with this id; return the others.

        Raises:
            NotPermitted: `acting` lacks ``fastauth:keys.write``.
            SigningKeyNotFound: No key has this id.
            StorageUnavailable: The key may or may not have been deleted.
        """
        acting.require(WRITE_KEYS)
        with self.attributed_to(acting):
            return await self.revoke_key(kid=kid)

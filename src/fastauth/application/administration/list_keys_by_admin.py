"""List the signing keys."""

from dataclasses import dataclass

from fastauth.domain.principals.principal import Principal
from fastauth.domain.roles.permissions import READ_AUDIT
from fastauth.domain.signing_keys.key_set import KeySet
from fastauth.domain.signing_keys.ports import SigningKeyRepository


@dataclass(frozen=True, slots=True, kw_only=True)
class ListKeysByAdmin:
    """Return the signing keys. Private keys are encrypted, and no page shows them."""

    keys: SigningKeyRepository

    async def __call__(self, *, acting: Principal) -> KeySet:
        """Return the keys.

        Raises:
            NotPermitted: `acting` lacks ``fastauth:audit.read``.
            StorageUnavailable: Try again later.
        """
        acting.require(READ_AUDIT)
        return await self.keys.load()

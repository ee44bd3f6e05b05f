"""Check whether the service is ready."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from fastauth.domain.clock import Clock
from fastauth.domain.errors import StorageUnavailable
from fastauth.domain.operations.ports import StorageProbe
from fastauth.domain.signing_keys.errors import NoActiveSigningKey
from fastauth.domain.signing_keys.ports import SigningKeyGenerator, SigningKeyRepository

DEADLINE = timedelta(seconds=2)
"""Time within which the database must answer: shorter than the timeout of common supervisors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReadiness:
    """Check that the database answers with the right schema, and that the active key can sign.

    Its ports use connections of their own, so that a probe does not wait behind slow requests.
    """

    storage: StorageProbe
    keys: SigningKeyRepository
    key_generator: SigningKeyGenerator
    clock: Clock
    deadline: timedelta = DEADLINE

    async def __call__(self) -> None:
        """Return if requests can be served.

        Raises:
            StorageUnavailable: The database does not answer in time, or its schema is outdated.
            NoActiveSigningKey: No signing key is active.
            KeyUnwrapFailed: The active signing key cannot be decrypted.
        """
        try:
            async with asyncio.timeout(self.deadline.total_seconds()):
                await self.storage.check()
                keys = await self.keys.load()
        except TimeoutError:
            raise StorageUnavailable from None
        key = keys.active(self.clock.now())
        if key is None:
            raise NoActiveSigningKey
        self.key_generator.check(key)

"""Check readiness."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from fastauth.domain.errors import SigningKeyMissing, StorageUnavailable
from fastauth.domain.ports import Clock, KeySmith, SigningKeyRepository, StorageProbe

DEADLINE = timedelta(seconds=2)
"""Within which the database has to answer: less than any supervisor waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReadiness:
    """Tell whether requests can be served: the database answers, has its schema, and a key can sign.

    Its ports have connections of their own, so that a probe never waits behind the requests whose
    trouble it is to report.
    """

    storage: StorageProbe
    keys: SigningKeyRepository
    smith: KeySmith
    clock: Clock
    deadline: timedelta = DEADLINE

    async def __call__(self) -> None:
        """Return if nothing is amiss.

        Raises:
            StorageUnavailable: The database does not answer in time, or its schema is behind.
            SigningKeyMissing: No key signs at present.
            SecretKeyUnknown: The one that does cannot be opened.
        """
        try:
            async with asyncio.timeout(self.deadline.total_seconds()):
                await self.storage.check()
                ring = await self.keys.ring()
        except TimeoutError:
            raise StorageUnavailable from None
        signer = ring.signer(self.clock.now())
        if signer is None:
            raise SigningKeyMissing
        self.smith.resealed(signer)  # which takes its seal to be opened

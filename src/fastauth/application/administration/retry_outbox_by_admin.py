"""Deliver waiting entries of the outbox now."""

from dataclasses import dataclass

from fastauth.domain.clock import Clock
from fastauth.domain.outbox.ports import OutboxQueue
from fastauth.domain.principals.principal import Principal
from fastauth.domain.roles.permissions import WRITE_USERS


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryOutboxByAdmin:
    """Make entries due, for example when a mail server works again. Those under delivery stay as they are."""

    queue: OutboxQueue
    clock: Clock

    async def __call__(self, *, acting: Principal, entry_id: str | None) -> int:
        """Make one entry due now, or all of them; return how many.

        Raises:
            NotPermitted: `acting` lacks ``fastauth:users.write``.
            StorageUnavailable: The entries may or may not be due.
        """
        acting.require(WRITE_USERS)
        return await self.queue.make_due(entry_id=entry_id, now=self.clock.now())

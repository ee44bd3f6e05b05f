"""Claim webhooks for which there are events."""

from dataclasses import dataclass

from fastauth.domain.clock import Clock
from fastauth.domain.webhooks.ports import WebhookQueue
from fastauth.domain.webhooks.schedule import LEASE
from fastauth.domain.webhooks.webhook import Webhook


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimWebhooks:
    """Claim webhooks, so that no other process sends to them for `LEASE`."""

    queue: WebhookQueue
    clock: Clock

    async def __call__(self, *, limit: int) -> list[Webhook]:
        """Return up to `limit` webhooks, which `DeliverWebhook` takes.

        Raises:
            StorageUnavailable: Try again later.
        """
        now = self.clock.now()
        return await self.queue.claim(now=now, leased_until=now + LEASE, limit=limit)

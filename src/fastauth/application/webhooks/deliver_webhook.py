"""Send events to a webhook that was claimed."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from fastauth.domain.clock import Clock
from fastauth.domain.event_feed.ports import EventFeed
from fastauth.domain.webhooks.delivery import Attempt, Deliveries, WebhookMessage
from fastauth.domain.webhooks.ports import WebhookQueue
from fastauth.domain.webhooks.schedule import SENDING_TIME, retry_delay
from fastauth.domain.webhooks.webhook import DisabledReason, Webhook

PAGE_SIZE = 50
"""Events that one read of the feed returns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverWebhook:
    """Send the events behind the place of a webhook, one after the other, and store its place after each.

    A process that dies in between sends the event again: a receiver may get a message twice, never out of
    order, and misses none.
    """

    queue: WebhookQueue
    feed: EventFeed
    send: Callable[[Webhook, WebhookMessage], Awaitable[Attempt]]
    give_up: Callable[..., Awaitable[object]]
    clock: Clock

    async def __call__(self, webhook: Webhook) -> Deliveries:
        """Return what was sent. It ends after the last event, a failure, or `SENDING_TIME`.

        Raises:
            StorageUnavailable: The lease runs out; another process repeats the last event.
        """
        until = self.clock.now() + SENDING_TIME
        delivered, more = 0, True
        while more and self.clock.now() < until:
            page = await self.feed.read(after=webhook.cursor, limit=PAGE_SIZE, types=webhook.types)
            more = page.more
            for event in page.events:
                if self.clock.now() >= until:
                    break
                attempt = await self.send(webhook, WebhookMessage.of(event))
                if not attempt.is_delivered:
                    return await self._failed(webhook, attempt, delivered)
                delivered += 1
                webhook = replace(webhook, cursor=event.seq, failures=0)
                if not await self._advance(webhook, delivered=True):
                    return Deliveries(webhook.id, delivered)
            else:
                if page.end.seq > webhook.cursor:  # events of other types
                    webhook = replace(webhook, cursor=page.end.seq)
                    if not await self._advance(webhook, delivered=False):
                        return Deliveries(webhook.id, delivered)
        await self.queue.release(webhook)
        return Deliveries(webhook.id, delivered)

    async def _advance(self, webhook: Webhook, *, delivered: bool) -> bool:
        now = self.clock.now()
        return await self.queue.advance(webhook, cursor=webhook.cursor, now=now, delivered=delivered)

    async def _failed(self, webhook: Webhook, attempt: Attempt, delivered: int) -> Deliveries:
        error, delay = attempt.error or "", retry_delay(webhook.failures + 1)
        if attempt.is_gone or delay is None:
            reason = DisabledReason.GONE if attempt.is_gone else DisabledReason.FAILING
            await self.give_up(webhook, reason=reason, error=error)
            return Deliveries(webhook.id, delivered, error, reason)
        now = self.clock.now()
        await self.queue.retry(webhook, due_at=now + delay, now=now, error=error)
        return Deliveries(webhook.id, delivered, error)

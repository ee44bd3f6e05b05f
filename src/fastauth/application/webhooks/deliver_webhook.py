"""Send events to a webhook that was claimed."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from fastauth.application.webhooks.back_off import BackOff
from fastauth.domain.clock import Clock
from fastauth.domain.errors import Unavailable
from fastauth.domain.event_feed.ports import EventFeed
from fastauth.domain.webhooks.delivery import Attempt, Deliveries, WebhookMessage
from fastauth.domain.webhooks.ports import WebhookQueue
from fastauth.domain.webhooks.schedule import SENDING_TIME
from fastauth.domain.webhooks.webhook import Webhook

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
    back_off: BackOff
    clock: Clock

    async def __call__(self, webhook: Webhook) -> Deliveries:
        """Return what was sent. It ends after the last event, a failure, or `SENDING_TIME`.

        Raises:
            StorageUnavailable: The lease runs out; another process repeats the last event.
            Exception: A bug. It is tried again like any failure, and never disables the webhook.
        """
        until = self.clock.now() + SENDING_TIME
        delivered, more = 0, True
        try:
            while more and self.clock.now() < until:
                page = await self.feed.read(after=webhook.cursor, limit=PAGE_SIZE, types=webhook.types)
                more = page.more
                for event in page.events:
                    if self.clock.now() >= until:
                        break
                    attempt = await self.send(webhook, WebhookMessage.of(event))
                    if not attempt.is_delivered:
                        disabled = await self.back_off(webhook, attempt)
                        return Deliveries(webhook.id, delivered, attempt.error, disabled)
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
        except Unavailable:
            raise
        except Exception:
            await self.back_off.wait(webhook)
            raise

    async def _advance(self, webhook: Webhook, *, delivered: bool) -> bool:
        now = self.clock.now()
        if await self.queue.advance(webhook, cursor=webhook.cursor, now=now, delivered=delivered):
            return True
        await self.queue.release(webhook)  # if it is ours, the next claim has its new URL, types or secret
        return False

"""List the webhooks and what they do."""

from dataclasses import dataclass

from fastauth.domain.clock import Clock
from fastauth.domain.event_feed.ports import EventFeed
from fastauth.domain.principals.principal import Principal
from fastauth.domain.roles.permissions import READ_WEBHOOKS
from fastauth.domain.webhooks.ports import WebhookRepository
from fastauth.domain.webhooks.webhook import Webhook, WebhookState


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookStatus:
    """A webhook and what it does now."""

    webhook: Webhook
    state: WebhookState
    behind: int
    """Numbers of the feed that it has not looked at. Events of other types are among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListWebhooks:
    """Return all webhooks, which are at most `MAX_WEBHOOKS`."""

    webhooks: WebhookRepository
    feed: EventFeed
    clock: Clock

    async def __call__(self, *, acting: Principal | None) -> tuple[WebhookStatus, ...]:
        """Return all webhooks, the oldest first. ``None`` is an operator on the host.

        Raises:
            StepUpRequired: `acting` must authenticate by two factors first.
            NotPermitted: `acting` lacks the permission ``fastauth:webhooks.read``.
            StorageUnavailable: Try again later.
        """
        if acting is not None:
            acting.require(READ_WEBHOOKS)
        last_seq, now = (await self.feed.last()).seq, self.clock.now()
        return tuple(
            WebhookStatus(
                webhook=each,
                state=each.state(now=now, last_seq=last_seq),
                behind=max(0, last_seq - each.cursor),
            )
            for each in await self.webhooks.all()
        )

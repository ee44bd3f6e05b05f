"""Stop sending to a webhook. It keeps its place in the feed."""

from dataclasses import dataclass

from fastauth.application.webhooks.acts import WebhookActs
from fastauth.domain.audit.event import EventType
from fastauth.domain.principals.principal import Principal
from fastauth.domain.webhooks.webhook import DisabledReason, Webhook


@dataclass(frozen=True, slots=True, kw_only=True)
class DisableWebhook:
    """Stop sending to a webhook. It keeps its place in the feed."""

    acts: WebhookActs

    async def __call__(self, *, acting: Principal | None, webhook_id: str) -> Webhook:
        """Return the webhook. One that is disabled already stays as it is.

        Raises:
            StepUpRequired: `acting` must authenticate by two factors first.
            NotPermitted: `acting` lacks the permission.
            WebhookNotFound: No webhook has this id.
            StorageUnavailable: The change may or may not have been stored.
        """
        async with self.acts.begin(acting) as act:
            await act.webhook(webhook_id)
            requested = DisabledReason.REQUESTED
            if await act.transaction.webhooks.disable(webhook_id, now=act.now, reason=requested):
                await act.record(EventType.WEBHOOK_DISABLED, webhook_id)
            webhook = await act.webhook(webhook_id)
            await act.transaction.commit()
        return webhook

"""Send to a webhook again, from the first event that it has not had."""

from dataclasses import dataclass

from fastauth.application.webhooks.acts import WebhookActs
from fastauth.domain.audit.event import EventType
from fastauth.domain.principals.principal import Principal
from fastauth.domain.webhooks.webhook import Webhook


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeWebhook:
    """Send to a webhook again, from the first event that it has not had."""

    acts: WebhookActs

    async def __call__(self, *, acting: Principal | None, webhook_id: str) -> Webhook:
        """Return the webhook, which is due now. One that waits after a failed attempt is due now too.

        Raises:
            StepUpRequired: `acting` must authenticate by two factors first.
            NotPermitted: `acting` lacks the permission.
            WebhookNotFound: No webhook has this id.
            StorageUnavailable: The change may or may not have been stored.
        """
        async with self.acts.begin(acting) as act:
            await act.webhook(webhook_id)
            await act.transaction.webhooks.resume(webhook_id, now=act.now)
            await act.record(EventType.WEBHOOK_RESUMED, webhook_id)
            webhook = await act.webhook(webhook_id)
            await act.transaction.commit()
        return webhook

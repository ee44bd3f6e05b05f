"""Delete a webhook."""

from dataclasses import dataclass

from fastauth.application.webhooks.acts import WebhookActs
from fastauth.domain.audit.event import EventType
from fastauth.domain.principals.principal import Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveWebhook:
    """Delete a webhook."""

    acts: WebhookActs

    async def __call__(self, *, acting: Principal | None, webhook_id: str) -> None:
        """Return when it is deleted. A message that is being sent may still arrive.

        Raises:
            StepUpRequired: `acting` must authenticate by two factors first.
            NotPermitted: `acting` lacks the permission.
            WebhookNotFound: No webhook has this id.
            StorageUnavailable: The change may or may not have been stored.
        """
        async with self.acts.begin(acting) as act:
            await act.webhook(webhook_id)
            await act.transaction.webhooks.remove(webhook_id)
            await act.record(EventType.WEBHOOK_REMOVED, webhook_id)
            await act.transaction.commit()

"""Get one webhook."""

from dataclasses import dataclass

from fastauth.application.webhooks.list_webhooks import ListWebhooks, WebhookStatus
from fastauth.domain.principals.principal import Principal
from fastauth.domain.webhooks.errors import WebhookNotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class GetWebhook:
    """Return one webhook."""

    list_webhooks: ListWebhooks

    async def __call__(self, *, acting: Principal | None, webhook_id: str) -> WebhookStatus:
        """Return the webhook with what it does.

        Raises:
            StepUpRequired: `acting` must authenticate by two factors first.
            NotPermitted: `acting` lacks the permission ``fastauth:webhooks.read``.
            WebhookNotFound: No webhook has this id.
            StorageUnavailable: Try again later.
        """
        for status in await self.list_webhooks(acting=acting):
            if status.webhook.id == webhook_id:
                return status
        raise WebhookNotFound

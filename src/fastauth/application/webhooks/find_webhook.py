"""Find a webhook by an id that a client has sent."""

from fastauth.domain.webhooks.errors import WebhookNotFound
from fastauth.domain.webhooks.ports import WebhookRepository
from fastauth.domain.webhooks.webhook import ID, Webhook


async def find_webhook(webhooks: WebhookRepository, webhook_id: str) -> Webhook:
    """Return the webhook. A text that is no id costs no statement.

    Raises:
        WebhookNotFound: No webhook has this id.
    """
    webhook = await webhooks.get(webhook_id) if ID.fullmatch(webhook_id) else None
    if webhook is None:
        raise WebhookNotFound
    return webhook

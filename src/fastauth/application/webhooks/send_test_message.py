"""Send a test message to a webhook."""

from dataclasses import dataclass
from secrets import token_hex

from fastauth.application.webhooks.find_webhook import find_webhook
from fastauth.application.webhooks.sender import WebhookSender
from fastauth.domain.clock import Clock
from fastauth.domain.principals.principal import Principal
from fastauth.domain.roles.permissions import WRITE_WEBHOOKS
from fastauth.domain.webhooks.delivery import Attempt, WebhookMessage
from fastauth.domain.webhooks.ports import WebhookRepository


@dataclass(frozen=True, slots=True, kw_only=True)
class SendTestMessage:
    """Send a message of the type ``webhook.test`` now, also to a webhook that is disabled.

    Its result changes nothing: neither the place of the webhook nor its failures.
    """

    webhooks: WebhookRepository
    sender: WebhookSender
    clock: Clock

    async def __call__(self, *, acting: Principal | None, webhook_id: str) -> Attempt:
        """Return what became of the attempt.

        Raises:
            StepUpRequired: `acting` must authenticate by two factors first.
            NotPermitted: `acting` lacks the permission ``fastauth:webhooks.write``.
            WebhookNotFound: No webhook has this id.
            StorageUnavailable: Try again later.
        """
        if acting is not None:
            acting.require(WRITE_WEBHOOKS)
        webhook = await find_webhook(self.webhooks, webhook_id)
        message = WebhookMessage.test(f"test_{token_hex(16)}", at=self.clock.now())
        return await self.sender(webhook, message)

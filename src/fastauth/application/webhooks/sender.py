"""Sign a message and send it."""

from dataclasses import dataclass

from fastauth.domain.clock import Clock
from fastauth.domain.outbound.errors import OutboundFailed
from fastauth.domain.outbound.ports import OutboundHttp, OutboundRequest
from fastauth.domain.secret_box import SealedTextUnreadable, SecretBox
from fastauth.domain.webhooks.delivery import Attempt, WebhookMessage
from fastauth.domain.webhooks.ports import WebhookSigner
from fastauth.domain.webhooks.schedule import TIMEOUT_SECONDS
from fastauth.domain.webhooks.secret import SECRET_PURPOSE
from fastauth.domain.webhooks.webhook import Webhook


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSender:
    """Sends a message to a webhook, once. The body of the response is not read."""

    http: OutboundHttp
    signer: WebhookSigner
    secret_box: SecretBox
    clock: Clock

    async def __call__(self, webhook: Webhook, message: WebhookMessage) -> Attempt:
        """Return what became of the attempt. Whatever a receiver does is a result and no exception."""
        now = self.clock.now()
        try:
            secrets = [
                self.secret_box.open(sealed, purpose=SECRET_PURPOSE) for sealed in webhook.sealed_secrets(now)
            ]
        except SealedTextUnreadable as error:
            return Attempt(error=error.detail)
        signature = self.signer.sign(secrets, message_id=message.id, at=now, body=message.body)
        request = OutboundRequest(
            method="POST",
            url=webhook.url,
            headers={
                "Content-Type": "application/json",
                "webhook-id": message.id,
                "webhook-timestamp": str(int(now.timestamp())),
                "webhook-signature": signature,
            },
            body=message.body,
            timeout_seconds=TIMEOUT_SECONDS,
        )
        try:
            response = await self.http.send(request)
        except OutboundFailed as failed:
            return Attempt(error=failed.failure.value)
        return Attempt.answered(response.status)

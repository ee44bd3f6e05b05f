"""Signatures of webhooks by the library of Standard Webhooks."""

from collections.abc import Sequence
from datetime import datetime

from standardwebhooks import Webhook


class StandardWebhookSigner:
    """See `fastauth.domain.webhooks.ports.WebhookSigner`."""

    def sign(self, secrets: Sequence[str], *, message_id: str, at: datetime, body: bytes) -> str:
        """Return the signatures of version ``v1``, HMAC-SHA-256, with spaces between them."""
        return " ".join(Webhook(secret).sign(message_id, at, body.decode()) for secret in secrets)

"""Give a webhook a new secret."""

from dataclasses import dataclass, replace

from fastauth.application.webhooks.acts import WebhookActs
from fastauth.application.webhooks.create_webhook import NewWebhook
from fastauth.domain.audit.event import EventType
from fastauth.domain.principals.principal import Principal
from fastauth.domain.secret_box import SecretBox
from fastauth.domain.webhooks.secret import SECRET_PURPOSE, new_secret
from fastauth.domain.webhooks.webhook import ROTATION_OVERLAP


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateWebhookSecret:
    """Make a new secret. The old one signs messages too for `ROTATION_OVERLAP`, or none with `at_once`."""

    acts: WebhookActs
    secret_box: SecretBox

    async def __call__(
        self, *, acting: Principal | None, webhook_id: str, at_once: bool = False
    ) -> NewWebhook:
        """Return the webhook with the secret, which is never shown again.

        Raises:
            StepUpRequired: `acting` must authenticate by two factors first.
            NotPermitted: `acting` lacks the permission.
            WebhookNotFound: No webhook has this id.
            StorageUnavailable: The secret may or may not have been stored.
        """
        secret = new_secret()
        async with self.acts.begin(acting) as act:
            webhook = await act.webhook(webhook_id)
            webhook = replace(
                webhook,
                secret=self.secret_box.seal(secret, purpose=SECRET_PURPOSE),
                previous_secret=None if at_once else webhook.secret,
                previous_secret_ends_at=None if at_once else act.now + ROTATION_OVERLAP,
            )
            await act.transaction.webhooks.change(webhook)
            await act.record(EventType.WEBHOOK_SECRET_ROTATED, webhook_id)
            await act.transaction.commit()
        return NewWebhook(webhook, secret)

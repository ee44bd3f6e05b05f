"""Create a webhook."""

from collections.abc import Collection
from dataclasses import dataclass, field

from fastauth.application.webhooks.acts import WebhookActs
from fastauth.domain.audit.event import EventType
from fastauth.domain.errors import ViolationCollector
from fastauth.domain.outbound.target import NamedHosts
from fastauth.domain.principals.principal import Principal
from fastauth.domain.secret_box import SecretBox
from fastauth.domain.webhooks.errors import TooManyWebhooks
from fastauth.domain.webhooks.secret import SECRET_PURPOSE, new_secret
from fastauth.domain.webhooks.webhook import MAX_WEBHOOKS, Webhook, new_id, parse_types


@dataclass(frozen=True, slots=True)
class NewWebhook:
    """A webhook with its secret in clear text, which is shown once."""

    webhook: Webhook
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateWebhook:
    """Store a webhook. It is sent the events that get their number from now on."""

    acts: WebhookActs
    named_hosts: NamedHosts
    secret_box: SecretBox

    async def __call__(
        self, *, acting: Principal | None, url: str, types: Collection[str] | None = None
    ) -> NewWebhook:
        """Return the webhook with its secret, which is never shown again.

        Raises:
            InvalidInput: The URL is not allowed, or a type does not exist.
            StepUpRequired: `acting` must authenticate by two factors first.
            NotPermitted: `acting` lacks the permission.
            TooManyWebhooks: There are as many as there may be.
            StorageUnavailable: The webhook may or may not have been stored.
        """
        async with self.acts.begin(acting) as act:
            with ViolationCollector() as collecting:
                with collecting:
                    self.named_hosts.target(url)
                with collecting:
                    chosen = None if types is None else parse_types(types)
            if len(await act.transaction.webhooks.all()) >= MAX_WEBHOOKS:
                raise TooManyWebhooks
            secret = new_secret()
            webhook = Webhook(
                id=new_id(),
                url=url,
                types=chosen,
                secret=self.secret_box.seal(secret, purpose=SECRET_PURPOSE),
                created_at=act.now,
                cursor=(await act.transaction.feed.last()).seq,
                due_at=act.now,
            )
            await act.transaction.webhooks.add(webhook)
            await act.record(EventType.WEBHOOK_CREATED, webhook.id)
            await act.transaction.commit()
        return NewWebhook(webhook, secret)

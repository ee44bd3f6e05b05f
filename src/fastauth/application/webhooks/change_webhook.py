"""Change a webhook."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from fastauth.application.webhooks.acts import WebhookActs
from fastauth.domain.audit.event import EventType
from fastauth.domain.errors import ViolationCollector
from fastauth.domain.outbound.target import NamedHosts
from fastauth.domain.principals.principal import Principal
from fastauth.domain.webhooks.webhook import Webhook, parse_types


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeWebhook:
    """Replace the URL of a webhook, or the types of events that it is sent. Its place in the feed stays."""

    acts: WebhookActs
    named_hosts: NamedHosts

    async def __call__(
        self,
        *,
        acting: Principal | None,
        webhook_id: str,
        url: str | None = None,
        types: Collection[str] | None = None,
        all_types: bool = False,
    ) -> Webhook:
        """Return the webhook. What is ``None`` stays as it is; with `all_types` it is sent all types.

        Raises:
            InvalidInput: The URL is not allowed, or a type does not exist.
            StepUpRequired: `acting` must authenticate by two factors first.
            NotPermitted: `acting` lacks the permission.
            WebhookNotFound: No webhook has this id.
            StorageUnavailable: The change may or may not have been stored.
        """
        async with self.acts.begin(acting) as act:
            webhook = await act.webhook(webhook_id)
            with ViolationCollector() as collecting:
                with collecting:
                    if url is not None:
                        self.named_hosts.target(url)
                        webhook = replace(webhook, url=url)
                with collecting:
                    if all_types or types is not None:
                        webhook = replace(webhook, types=None if all_types else parse_types(types or ()))
            await act.transaction.webhooks.change(webhook)
            await act.record(EventType.WEBHOOK_CHANGED, webhook_id)
            await act.transaction.commit()
        return webhook

"""Disable a webhook whose receiver does not answer, and send the administrators a mail."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.clock import Clock
from fastauth.domain.mail.recipient import addressed_to
from fastauth.domain.mail.template import MailTemplate, show_time
from fastauth.domain.outbox.message import OutboxKind
from fastauth.domain.roles.permissions import WRITE_WEBHOOKS
from fastauth.domain.unit_of_work import Transaction, UnitOfWork
from fastauth.domain.webhooks.webhook import DisabledReason, Webhook

MAX_NOTIFIED = 20
"""Administrators who get a mail about one webhook."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUp:
    """Disable a webhook, and add a mail to each account that may resume it, in one transaction."""

    unit_of_work: UnitOfWork
    clock: Clock
    sends_mail: bool
    """Whether the installation sends mail."""

    async def __call__(self, webhook: Webhook, *, reason: DisabledReason, error: str) -> bool:
        """Disable it, unless it was disabled or deleted, or got another URL; return whether it was disabled.

        Raises:
            StorageUnavailable: The webhook may or may not have been disabled.
        """
        now = self.clock.now()
        async with self.unit_of_work.begin() as transaction:
            if not await transaction.webhooks.disable(
                webhook.id, now=now, reason=reason, error=error, claimed=webhook
            ):
                return False
            event = Event(type=EventType.WEBHOOK_DISABLED, occurred_at=now, detail=webhook.id)
            await transaction.events.record(event)
            if self.sends_mail:
                await self._notify_administrators(transaction, webhook, now)
            await transaction.commit()
        return True

    async def _notify_administrators(self, transaction: Transaction, webhook: Webhook, now: datetime) -> None:
        for user_id in await transaction.roles.holders(WRITE_WEBHOOKS, limit=MAX_NOTIFIED):
            for record in await transaction.email_addresses.informed(user_id, since=now):
                content = {
                    "template": MailTemplate.WEBHOOK_DISABLED.value,
                    **addressed_to(record.address),
                    "when": show_time(now),
                    "webhook": f"{webhook.id} ({urlsplit(webhook.url).hostname})",
                }
                await transaction.outbox.add(OutboxKind.NOTICE, content, user_id=user_id, now=now)

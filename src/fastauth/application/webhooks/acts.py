"""Transactions that change webhooks."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from fastauth.application.delegation.delegation import Delegation
from fastauth.application.webhooks.find_webhook import find_webhook
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.clock import Clock
from fastauth.domain.principals.principal import Principal
from fastauth.domain.roles.permissions import WRITE_WEBHOOKS
from fastauth.domain.unit_of_work import Transaction, UnitOfWork
from fastauth.domain.webhooks.webhook import Webhook


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookAct:
    """A change of webhooks within its transaction."""

    transaction: Transaction
    now: datetime

    async def webhook(self, webhook_id: str) -> Webhook:
        """Return a webhook.

        Raises:
            WebhookNotFound: No webhook has this id.
        """
        return await find_webhook(self.transaction.webhooks, webhook_id)

    async def record(self, event_type: EventType, webhook_id: str) -> None:
        """Record an event about a webhook."""
        event = Event(type=event_type, occurred_at=self.now, detail=webhook_id)
        await self.transaction.events.record(event)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookActs:
    """Begin transactions that change webhooks. They run one at a time, under the lock of the roles."""

    delegation: Delegation
    unit_of_work: UnitOfWork
    clock: Clock

    @asynccontextmanager
    async def begin(self, acting: Principal | None) -> AsyncIterator[WebhookAct]:
        """Begin an act. ``None`` is an operator on the host, who may do everything.

        Raises:
            StepUpRequired: `acting` must authenticate by two factors first.
            NotPermitted: `acting` lacks the permission ``fastauth:webhooks.write``.
        """
        if acting is not None:
            async with self.delegation.begin(acting, WRITE_WEBHOOKS) as act:
                yield WebhookAct(transaction=act.transaction, now=act.now)
            return
        async with self.unit_of_work.begin() as transaction:
            await transaction.roles.lock()
            yield WebhookAct(transaction=transaction, now=self.clock.now())

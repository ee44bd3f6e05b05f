"""See `fastauth.domain.webhooks.ports.WebhookRepository`."""

from datetime import datetime

from sqlalchemy import Integer, Text, and_, bindparam, case, delete, func, insert, or_, select, update

from fastauth.adapters.sql.database.connections import Connections
from fastauth.adapters.sql.database.types import UtcDateTime
from fastauth.adapters.sql.webhooks.rows import CONFIGURATION, from_row, parameters
from fastauth.adapters.sql.webhooks.tables import webhook
from fastauth.domain.webhooks.webhook import DisabledReason, Webhook

_HAS_ID = webhook.c.id == bindparam("webhook_id")
_NOW = bindparam("at", type_=UtcDateTime)
_ERROR = bindparam("error", type_=Text)
_LEASE = bindparam("lease", type_=UtcDateTime)

_ALL = select(webhook).order_by(webhook.c.created_at, webhook.c.id)
_GET = select(webhook).where(_HAS_ID)
_ADD = insert(webhook)
_CHANGE = (
    update(webhook)
    .where(_HAS_ID)
    .values({name: bindparam(f"new_{name}", type_=webhook.c[name].type) for name in CONFIGURATION})
)
_DISABLE = (
    update(webhook)
    .where(
        _HAS_ID,
        webhook.c.disabled_at.is_(None),
        or_(_LEASE.is_(None), and_(webhook.c.leased_until == _LEASE, webhook.c.url == bindparam("sent_to"))),
    )
    .values(
        disabled_at=_NOW,
        disabled_reason=bindparam("reason"),
        leased_until=None,
        failures=webhook.c.failures + bindparam("failed", type_=Integer),
        last_attempt_at=case((_ERROR.is_not(None), _NOW), else_=webhook.c.last_attempt_at),
        last_error=func.coalesce(_ERROR, webhook.c.last_error),
    )
)
_RESUME = (
    update(webhook)
    .where(_HAS_ID)
    .values(disabled_at=None, disabled_reason=None, failures=0, last_error=None, due_at=_NOW)
)
_REMOVE = delete(webhook).where(_HAS_ID)


class SqlWebhookRepository:
    """Each method is one statement."""

    def __init__(self, *, connections: Connections) -> None:
        self._connections = connections

    async def all(self) -> tuple[Webhook, ...]:
        """Read the whole table, which is small."""
        return tuple(from_row(row) for row in await self._connections.execute(_ALL))

    async def get(self, webhook_id: str) -> Webhook | None:
        """Read one row."""
        row = (await self._connections.execute(_GET, {"webhook_id": webhook_id})).one_or_none()
        return None if row is None else from_row(row)

    async def add(self, webhook: Webhook) -> None:
        """Insert a row."""
        await self._connections.execute(_ADD, parameters(webhook))

    async def change(self, webhook: Webhook) -> None:
        """Update the columns that administrators change."""
        columns = parameters(webhook)
        values = {f"new_{name}": columns[name] for name in CONFIGURATION}
        await self._connections.execute(_CHANGE, {"webhook_id": webhook.id, **values})

    async def disable(
        self,
        webhook_id: str,
        *,
        now: datetime,
        reason: DisabledReason,
        error: str | None = None,
        claimed: Webhook | None = None,
    ) -> bool:
        """Update the row unless it is disabled, or is not as it was claimed."""
        values = {"webhook_id": webhook_id, "at": now, "reason": reason.value}
        values |= {"error": error, "failed": int(error is not None)}
        values |= {"lease": claimed and claimed.leased_until, "sent_to": claimed and claimed.url}
        return bool((await self._connections.execute(_DISABLE, values)).rowcount)

    async def resume(self, webhook_id: str, *, now: datetime) -> bool:
        """Update the row. A lease stays: a process may be sending."""
        return bool(
            (await self._connections.execute(_RESUME, {"webhook_id": webhook_id, "at": now})).rowcount
        )

    async def remove(self, webhook_id: str) -> bool:
        """Delete the row."""
        return bool((await self._connections.execute(_REMOVE, {"webhook_id": webhook_id})).rowcount)

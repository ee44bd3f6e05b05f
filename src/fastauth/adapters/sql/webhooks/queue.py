"""See `fastauth.domain.webhooks.ports.WebhookQueue`."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, Select, Text, Update, bindparam, case, or_, select, update

from fastauth.adapters.sql.database.connections import Connections
from fastauth.adapters.sql.database.types import UtcDateTime
from fastauth.adapters.sql.events.tables import event_feed
from fastauth.adapters.sql.webhooks.rows import from_row, types_in
from fastauth.adapters.sql.webhooks.tables import webhook
from fastauth.domain.webhooks.webhook import Webhook

_NOW = bindparam("at", type_=UtcDateTime)

_due = (
    select(webhook.c.id)
    .where(
        webhook.c.disabled_at.is_(None),
        webhook.c.due_at <= _NOW,
        or_(webhook.c.leased_until.is_(None), webhook.c.leased_until <= _NOW),
        webhook.c.cursor < select(event_feed.c.last_seq).scalar_subquery(),
    )
    .order_by(webhook.c.due_at, webhook.c.id)
    .limit(bindparam("max_rows"))
)


def _claim(due: Select[str]) -> Update:
    lease = bindparam("lease_ends_at", type_=UtcDateTime)
    return update(webhook).where(webhook.c.id.in_(due)).values(leased_until=lease).returning(webhook)


# As a common table expression, so that PostgreSQL evaluates it once: see `outbox/statements.py`.
_locked = _due.with_for_update(skip_locked=True).cte("due")
_CLAIM = {"sqlite": _claim(_due), "postgresql": _claim(select(_locked.c.id))}

_claimed = update(webhook).where(
    webhook.c.id == bindparam("webhook_id"),
    webhook.c.leased_until == bindparam("our_lease", type_=UtcDateTime),
)
_DELIVERED = bindparam("delivered", type_=Boolean)
_ADVANCE = _claimed.values(
    cursor=bindparam("new_cursor", type_=BigInteger),
    failures=case((_DELIVERED, 0), else_=webhook.c.failures),
    last_attempt_at=case((_DELIVERED, _NOW), else_=webhook.c.last_attempt_at),
    last_success_at=case((_DELIVERED, _NOW), else_=webhook.c.last_success_at),
    last_error=case((_DELIVERED, None), else_=webhook.c.last_error),
).returning(webhook.c.url, webhook.c.types, webhook.c.secret)
_RELEASE = _claimed.values(leased_until=None)
_RETRY = _claimed.values(
    leased_until=None,
    failures=webhook.c.failures + 1,
    due_at=bindparam("new_due_at", type_=UtcDateTime),
    last_attempt_at=_NOW,
    last_error=bindparam("error", type_=Text),
)


class SqlWebhookQueue:
    """A lease is recognised by its end: a process that claimed the webhook later has another one."""

    def __init__(self, *, connections: Connections) -> None:
        self._connections = connections

    async def claim(self, *, now: datetime, leased_until: datetime, limit: int) -> list[Webhook]:
        """Claim in one statement. On SQLite a SELECT decides first whether there is anything to do."""
        dialect = self._connections.dialect.name
        due: dict[str, object] = {"at": now, "max_rows": limit}
        if dialect == "sqlite" and (await self._connections.execute(_due, due)).first() is None:
            return []
        rows = await self._connections.execute(_CLAIM[dialect], {**due, "lease_ends_at": leased_until})
        return sorted(map(from_row, rows), key=lambda each: (each.due_at, each.id))

    async def advance(self, webhook: Webhook, *, cursor: int, now: datetime, delivered: bool) -> bool:
        """Update the row if the lease is ours."""
        values = {**_ours(webhook), "new_cursor": cursor, "at": now, "delivered": delivered}
        stored = (await self._connections.execute(_ADVANCE, values)).one_or_none()
        return stored is not None and (
            (stored.url, types_in(stored), stored.secret) == (webhook.url, webhook.types, webhook.secret)
        )

    async def release(self, webhook: Webhook) -> None:
        """Update the row if the lease is ours."""
        await self._connections.execute(_RELEASE, _ours(webhook))

    async def retry(self, webhook: Webhook, *, due_at: datetime, now: datetime, error: str) -> None:
        """Update the row if the lease is ours."""
        values = {**_ours(webhook), "new_due_at": due_at, "at": now, "error": error}
        await self._connections.execute(_RETRY, values)


def _ours(webhook: Webhook) -> dict[str, object]:
    return {"webhook_id": webhook.id, "our_lease": webhook.leased_until}

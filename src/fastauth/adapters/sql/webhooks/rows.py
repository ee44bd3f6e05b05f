"""Webhooks as rows."""

from typing import Any

from sqlalchemy import Row

from fastauth.domain.event_feed.published_event import PublishedType
from fastauth.domain.webhooks.webhook import DisabledReason, Webhook

CONFIGURATION = ("url", "types", "secret", "previous_secret", "previous_secret_ends_at")
"""The columns that administrators change."""

_ALL_TYPES = "*"
_KNOWN_TYPES = {each.value for each in PublishedType}


def parameters(webhook: Webhook) -> dict[str, object]:
    """Return the columns of a new row."""
    return {
        "id": webhook.id,
        "url": webhook.url,
        "types": _ALL_TYPES if webhook.types is None else " ".join(sorted(webhook.types)),
        "secret": webhook.secret,
        "previous_secret": webhook.previous_secret,
        "previous_secret_ends_at": webhook.previous_secret_ends_at,
        "created_at": webhook.created_at,
        "cursor": webhook.cursor,
        "due_at": webhook.due_at,
    }


def from_row(row: Row[Any]) -> Webhook:
    """Return the webhook."""
    return Webhook(
        id=row.id,
        url=row.url,
        types=types_in(row),
        secret=row.secret,
        previous_secret=row.previous_secret,
        previous_secret_ends_at=row.previous_secret_ends_at,
        created_at=row.created_at,
        cursor=row.cursor,
        due_at=row.due_at,
        leased_until=row.leased_until,
        failures=row.failures,
        last_attempt_at=row.last_attempt_at,
        last_success_at=row.last_success_at,
        last_error=row.last_error,
        disabled_at=row.disabled_at,
        disabled_reason=DisabledReason(row.disabled_reason) if row.disabled_reason else None,
    )


def types_in(row: Row[Any]) -> frozenset[PublishedType] | None:
    """Return the types, without those that a newer version of the service stored; ``None`` for all."""
    if row.types == _ALL_TYPES:
        return None
    return frozenset(PublishedType(name) for name in row.types.split() if name in _KNOWN_TYPES)

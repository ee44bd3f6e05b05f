"""Ports to stored webhooks, to their queue and to what signs messages."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from fastauth.domain.webhooks.webhook import DisabledReason, Webhook


class WebhookRepository(Protocol):
    """The webhooks of the installation, which are few."""

    async def all(self) -> tuple[Webhook, ...]:
        """Return all webhooks, the oldest first."""

    async def get(self, webhook_id: str) -> Webhook | None:
        """Return a webhook, or ``None``."""

    async def add(self, webhook: Webhook) -> None:
        """Store a new webhook."""

    async def change(self, webhook: Webhook) -> None:
        """Store URL, types and secrets of a webhook. Its place in the feed and its state stay as they are."""

    async def disable(
        self,
        webhook_id: str,
        *,
        now: datetime,
        reason: DisabledReason,
        error: str | None = None,
        claimed: Webhook | None = None,
    ) -> bool:
        """Disable a webhook and end its lease; return whether it was enabled.

        With `error` a last failed attempt is counted too. With `claimed` it is disabled only if it has this
        lease and this URL still.
        """

    async def resume(self, webhook_id: str, *, now: datetime) -> bool:
        """Make a webhook due now, without failures; return whether it exists. Its place in the feed stays."""

    async def remove(self, webhook_id: str) -> bool:
        """Delete a webhook; return whether there was one."""


class WebhookQueue(Protocol):
    """The webhooks for which there are events, shared by all processes."""

    async def claim(self, *, now: datetime, leased_until: datetime, limit: int) -> list[Webhook]:
        """Return up to `limit` webhooks that are due and behind the feed, those due for longest first.

        No other call returns them before `leased_until`, unless they are given back.
        """

    async def advance(self, webhook: Webhook, *, cursor: int, now: datetime, delivered: bool) -> bool:
        """Store how far a claimed webhook is; return whether we may go on with its URL, types and secret.

        We may not if it is not claimed by us any more, or an administrator has replaced one of them. With
        `delivered` it has no failures any more.
        """

    async def release(self, webhook: Webhook) -> None:
        """Give a claimed webhook back."""

    async def retry(self, webhook: Webhook, *, due_at: datetime, now: datetime, error: str) -> None:
        """Give a claimed webhook back after a failed attempt."""


class WebhookSigner(Protocol):
    """Signs messages as Standard Webhooks specifies."""

    def sign(self, secrets: Sequence[str], *, message_id: str, at: datetime, body: bytes) -> str:
        """Return the value of ``webhook-signature``: one signature for each secret."""

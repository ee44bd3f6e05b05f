"""Webhooks in memory."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from tests.fakes.storage import FakeStorage

from fastauth.domain.outbound.errors import OutboundFailed, OutboundFailure
from fastauth.domain.outbound.ports import OutboundRequest, OutboundResponse
from fastauth.domain.webhooks.webhook import DisabledReason, Webhook


class FakeWebhookRepository:
    def __init__(self, storage: FakeStorage) -> None:
        self.storage = storage

    async def all(self) -> tuple[Webhook, ...]:
        return tuple(sorted(self.storage.webhooks.values(), key=lambda each: (each.created_at, each.id)))

    async def get(self, webhook_id: str) -> Webhook | None:
        return self.storage.webhooks.get(webhook_id)

    async def add(self, webhook: Webhook) -> None:
        self.storage.webhooks[webhook.id] = webhook

    async def change(self, webhook: Webhook) -> None:
        stored = self.storage.webhooks[webhook.id]
        self.storage.webhooks[webhook.id] = replace(
            stored,
            url=webhook.url,
            types=webhook.types,
            secret=webhook.secret,
            previous_secret=webhook.previous_secret,
            previous_secret_ends_at=webhook.previous_secret_ends_at,
        )

    async def disable(
        self,
        webhook_id: str,
        *,
        now: datetime,
        reason: DisabledReason,
        error: str | None = None,
        claimed: Webhook | None = None,
    ) -> bool:
        stored = self.storage.webhooks.get(webhook_id)
        if stored is None or stored.disabled_at:
            return False
        if claimed and (stored.leased_until, stored.url) != (claimed.leased_until, claimed.url):
            return False
        stored = replace(stored, disabled_at=now, disabled_reason=reason, leased_until=None)
        if error is not None:
            stored = replace(stored, failures=stored.failures + 1, last_attempt_at=now, last_error=error)
        self.storage.webhooks[webhook_id] = stored
        return True

    async def resume(self, webhook_id: str, *, now: datetime) -> bool:
        stored = self.storage.webhooks.get(webhook_id)
        if stored:
            self.storage.webhooks[webhook_id] = replace(
                stored, disabled_at=None, disabled_reason=None, failures=0, last_error=None, due_at=now
            )
        return stored is not None

    async def remove(self, webhook_id: str) -> bool:
        return self.storage.webhooks.pop(webhook_id, None) is not None


class FakeWebhookQueue:
    def __init__(self, storage: FakeStorage) -> None:
        self.storage = storage

    async def claim(self, *, now: datetime, leased_until: datetime, limit: int) -> list[Webhook]:
        due = [
            each
            for each in self.storage.webhooks.values()
            if not each.disabled_at
            and each.due_at <= now
            and (each.leased_until or now) <= now
            and each.cursor < self.storage.last_seq
        ]
        claimed = [replace(each, leased_until=leased_until) for each in due]
        claimed = sorted(claimed, key=lambda each: (each.due_at, each.id))[:limit]
        self.storage.webhooks |= {each.id: each for each in claimed}
        return claimed

    async def advance(self, webhook: Webhook, *, cursor: int, now: datetime, delivered: bool) -> bool:
        changes = {"failures": 0, "last_attempt_at": now, "last_success_at": now, "last_error": None}
        is_ours = self._change(webhook, cursor=cursor, **(changes if delivered else {}))
        stored = self.storage.webhooks.get(webhook.id, webhook)
        return is_ours and (
            (stored.url, stored.types, stored.secret) == (webhook.url, webhook.types, webhook.secret)
        )

    async def release(self, webhook: Webhook) -> None:
        self._change(webhook, leased_until=None)

    async def retry(self, webhook: Webhook, *, due_at: datetime, now: datetime, error: str) -> None:
        stored = self.storage.webhooks.get(webhook.id, webhook)
        changes = {"failures": stored.failures + 1, "last_attempt_at": now, "last_error": error}
        self._change(webhook, leased_until=None, due_at=due_at, **changes)

    def _change(self, webhook: Webhook, **changes: object) -> bool:
        stored = self.storage.webhooks.get(webhook.id)
        if stored is None or stored.leased_until != webhook.leased_until:
            return False
        self.storage.webhooks[webhook.id] = replace(stored, **changes)  # type: ignore[arg-type]  # of any field
        return True


class FakeOutboundHttp:
    """Answers each request with `answer`, and keeps the requests."""

    def __init__(self, answer: Callable[[OutboundRequest], int | OutboundFailure] = lambda _: 204) -> None:
        self.answer = answer
        self.requests: list[OutboundRequest] = []

    async def send(self, request: OutboundRequest) -> OutboundResponse:
        self.requests.append(request)
        answer = self.answer(request)
        if isinstance(answer, OutboundFailure):
            raise OutboundFailed(answer)
        return OutboundResponse(status=answer)

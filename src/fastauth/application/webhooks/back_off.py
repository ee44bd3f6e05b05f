"""What follows a failed attempt to deliver an event."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastauth.domain.clock import Clock
from fastauth.domain.webhooks.delivery import Attempt
from fastauth.domain.webhooks.ports import WebhookQueue
from fastauth.domain.webhooks.schedule import RETRY_DELAYS, retry_delay
from fastauth.domain.webhooks.webhook import DisabledReason, Webhook

INTERNAL_ERROR = "internal error"
"""What operators read of an attempt that failed by a bug; the log has the traceback."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackOff:
    """Let a webhook wait before the next attempt, or disable it after the last one."""

    queue: WebhookQueue
    give_up: Callable[..., Awaitable[bool]]
    clock: Clock

    async def __call__(self, webhook: Webhook, attempt: Attempt) -> DisabledReason | None:
        """Return why the webhook is disabled; ``None`` if it is not.

        Raises:
            StorageUnavailable: The lease runs out.
        """
        if attempt.is_gone or retry_delay(webhook.failures + 1) is None:
            reason = DisabledReason.GONE if attempt.is_gone else DisabledReason.FAILING
            if await self.give_up(webhook, reason=reason, error=attempt.error):
                return reason
            await self.queue.release(webhook)  # if it is ours, it has another URL
            return None
        await self.wait(webhook, attempt.error)
        return None

    async def wait(self, webhook: Webhook, error: str = INTERNAL_ERROR) -> None:
        """Let the webhook wait. After a bug it is never disabled, since its receiver is not at fault.

        Raises:
            StorageUnavailable: The lease runs out.
        """
        now, delay = self.clock.now(), retry_delay(webhook.failures + 1) or RETRY_DELAYS[-1]
        await self.queue.retry(webhook, due_at=now + delay, now=now, error=error)

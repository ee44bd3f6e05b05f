"""The metrics of webhooks."""

from collections.abc import Callable
from typing import Any

from prometheus_client import CollectorRegistry, Counter

from fastauth.application.webhooks.deliver_webhook import DeliverWebhook
from fastauth.domain.webhooks.delivery import Deliveries


class WebhookMetrics:
    """Counts messages that receivers have accepted, attempts that failed, and webhooks that were disabled."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._messages = Counter(
            "fastauth_webhook_messages",
            "Messages to webhooks, by what became of them.",
            ["outcome"],
            registry=registry,
        )
        self._disabled = Counter(
            "fastauth_webhooks_disabled", "Webhooks that the service has disabled.", registry=registry
        )
        self.observers: dict[str, Callable[[Any], None]] = {DeliverWebhook.__name__: self._delivered}
        """What takes the result of a use case, by the name of the use case."""

    def _delivered(self, done: Deliveries) -> None:
        self._messages.labels(outcome="delivered").inc(done.delivered)
        if done.error is not None:
            self._messages.labels(outcome="failed").inc()
        if done.disabled:
            self._disabled.inc()

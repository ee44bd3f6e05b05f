"""The metrics of the outbox."""

from prometheus_client import CollectorRegistry, Counter, Gauge

from fastauth.domain.outbox.delivery import DeliveryRound
from fastauth.domain.outbox.message import Backlog, OutboxOutcome


class OutboxMetrics:
    """Counts closed entries, and measures those that wait. No label has a value that a client can choose."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._waiting = Gauge(
            "fastauth_outbox_waiting",
            "Entries of the outbox that are not closed.",
            multiprocess_mode="livemostrecent",
            registry=registry,
        )
        self._oldest_seconds = Gauge(
            "fastauth_outbox_oldest_seconds",
            "How long the oldest entry of the outbox that is due has been due.",
            multiprocess_mode="livemostrecent",
            registry=registry,
        )
        self._outcomes = Counter(
            "fastauth_outbox_outcomes",
            "Entries of the outbox that were closed.",
            ["kind", "outcome"],
            registry=registry,
        )

    def measured(self, backlog: Backlog) -> None:
        """Set the gauges."""
        self._waiting.set(backlog.waiting)
        self._oldest_seconds.set(backlog.overdue.total_seconds())

    def delivered(self, done: DeliveryRound) -> None:
        """Count the entries that were closed."""
        for delivery in done.deliveries:
            if isinstance(delivery.result, OutboxOutcome):
                self._outcomes.labels(delivery.kind.value, delivery.result.value).inc()

"""The metric of erasures."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from prometheus_client import CollectorRegistry, Gauge

from fastauth.application.personal_data.measure_overdue_erasures import MeasureOverdueErasures


class ErasureMetrics:
    """Measures how late erasures are."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._overdue_seconds = Gauge(
            "fastauth_erasures_overdue_seconds",
            "How long the oldest erasure that is due has been due.",
            multiprocess_mode="livemostrecent",
            registry=registry,
        )
        self.observers: dict[str, Callable[[Any], None]] = {MeasureOverdueErasures.__name__: self._measured}
        """What takes the result of a use case, by the name of the use case."""

    def _measured(self, overdue: timedelta) -> None:
        self._overdue_seconds.set(overdue.total_seconds())

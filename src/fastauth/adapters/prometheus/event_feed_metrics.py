"""The metrics of the event feed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge

from fastauth.application.event_feed.measure_feed_lag import MeasureFeedLag
from fastauth.application.event_feed.number_events import NumberEvents


class EventFeedMetrics:
    """Counts the events that got a number, and measures how long others have waited for theirs."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._numbered = Counter(
            "fastauth_event_feed_numbered", "Events that got a number in the event feed.", registry=registry
        )
        self._lag_seconds = Gauge(
            "fastauth_event_feed_lag_seconds",
            "How long the oldest event without a number has waited for it.",
            multiprocess_mode="livemostrecent",
            registry=registry,
        )
        self.observers: dict[str, Callable[[Any], None]] = {
            NumberEvents.__name__: self._numbered.inc,
            MeasureFeedLag.__name__: self._measured,
        }
        """What takes the result of a use case, by the name of the use case."""

    def _measured(self, lag: timedelta) -> None:
        self._lag_seconds.set(lag.total_seconds())

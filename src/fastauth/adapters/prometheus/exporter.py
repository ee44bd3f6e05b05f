"""Serves the metrics of all workers at one address, for Prometheus."""

from typing import Self

from prometheus_client import CollectorRegistry, make_wsgi_app

from fastauth.adapters.prometheus.bounded_server import BoundedServer
from fastauth.adapters.prometheus.multiprocess_metrics import MultiProcessMetrics


class MetricsExporter:
    """Serves the metrics of all processes that write them to files in `directory`.

    Raises:
        OSError: The address cannot be bound.
    """

    def __init__(self, directory: str, host: str, port: int) -> None:
        registry = CollectorRegistry()
        MultiProcessMetrics(registry, directory)
        self._server = BoundedServer(make_wsgi_app(registry), host, port)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()

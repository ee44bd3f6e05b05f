"""Where Prometheus gets the metrics: at an address of its own, those of all workers added up."""

import os
from collections.abc import Iterable
from pathlib import Path
from threading import Lock
from typing import Self

from prometheus_client import CollectorRegistry, Metric, make_wsgi_app
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector

from fastauth.adapters.prometheus.bounded_server import BoundedServer

DEAD_WORKERS = 0
"""The process whose files have what dead workers counted."""


class MetricsExporter:
    """Answers Prometheus for every process that keeps its metrics in files of `directory`.

    Raises:
        OSError: The address is not to be had.
    """

    def __init__(self, directory: str, host: str, port: int) -> None:
        registry = CollectorRegistry()
        MultiProcessMetrics(registry, directory)
        self._server = BoundedServer(make_wsgi_app(registry), host, port)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()


class MultiProcessMetrics(MultiProcessCollector):
    """The metrics of every worker there is or was."""

    def __init__(self, registry: CollectorRegistry, directory: str) -> None:
        super().__init__(registry, directory)  # type: ignore[no-untyped-call]  # it has no types
        self._directory = Path(directory)
        self._lock = Lock()

    def collect(self) -> Iterable[Metric]:
        """Add up the workers that live and what the dead have counted."""
        with self._lock:
            for file in self._directory.glob("*.db"):
                if not _is_running(int(file.stem.rpartition("_")[2])):
                    self._merge_dead_worker(file)
            return list(super().collect())  # type: ignore[no-untyped-call]  # it has no types

    def _merge_dead_worker(self, file: Path) -> None:
        """Keep what a dead worker has counted, and forget of what it had so and so many."""
        kind = file.stem.partition("_")[0]
        if kind != "gauge":
            kept = MmapedDict(str(self._directory / f"{kind}_{DEAD_WORKERS}.db"))
            for key, value, _, _ in MmapedDict.read_all_values_from_file(str(file)):
                kept.write_value(key, kept.read_value(key)[0] + value, 0.0)
            kept.close()
        file.unlink()


def _is_running(process: int) -> bool:
    if process == DEAD_WORKERS:
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's, who has the number now
        return False
    return True

"""The metrics of all workers, added up from their files.

It uses parts of prometheus_client that its documentation does not describe: ``mmap_dict.MmapedDict``, and the
names of its files, ``TYPE_PID.db``. pyproject.toml therefore bounds prometheus_client to one minor version.
ADR 0035 has the reason for not using ``multiprocess.mark_process_dead``.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from threading import Lock

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector

DEAD_WORKERS = 0
"""Pseudo process id of the files with the merged counters of dead workers."""


class MultiProcessMetrics(MultiProcessCollector):
    """The metrics of all workers, running or dead."""

    def __init__(self, registry: CollectorRegistry, directory: str) -> None:
        super().__init__(registry, directory)  # type: ignore[no-untyped-call]  # it has no types
        self._directory = Path(directory)
        self._lock = Lock()

    def collect(self) -> Iterable[Metric]:
        """Merge the files of dead workers, then add up all files."""
        with self._lock:
            for file in self._directory.glob("*.db"):
                if not _is_running(int(file.stem.rpartition("_")[2])):
                    self._merge_dead_worker(file)
            return list(super().collect())  # type: ignore[no-untyped-call]  # it has no types

    def _merge_dead_worker(self, file: Path) -> None:
        """Add the counters and histograms of a dead worker to the merged file; drop its gauges."""
        kind = file.stem.partition("_")[0]
        if kind != "gauge":
            merged = MmapedDict(str(self._directory / f"{kind}_{DEAD_WORKERS}.db"))
            for key, value, _, _ in MmapedDict.read_all_values_from_file(str(file)):
                merged.write_value(key, merged.read_value(key)[0] + value, 0.0)
            merged.close()
        file.unlink()


def _is_running(process: int) -> bool:
    """Return whether a process of this user has this id."""
    if process == DEAD_WORKERS:
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # the id belongs to a process of another user now
        return False
    return True

"""CPU and memory that this process may use, with the limits of its container."""

import os
import resource
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """The machine and the limits of the container (cgroup v2)."""

    cores: int
    """Cores on which this process may run."""
    cpu_limit: float | None
    """CPU time in cores, or ``None`` without a limit."""
    memory: int
    """Bytes of physical memory."""
    memory_limit: int | None
    """Bytes, or ``None`` without a limit."""

    @classmethod
    def detect(cls, root: Path = Path("/")) -> Self:
        """Read the machine and its limits from the files under `root`."""
        groups = list(_groups(root))
        return cls(
            cores=len(os.sched_getaffinity(0)),
            cpu_limit=min(filter(None, map(_cpu_limit, groups)), default=None),
            memory=os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"),
            memory_limit=min(filter(None, map(_memory_limit, groups)), default=None),
        )

    @property
    def usable_cores(self) -> int:
        """The number of threads that can be busy at once, at least one."""
        return min(self.cores, ceil(self.cpu_limit or self.cores))

    @property
    def usable_memory(self) -> int:
        """Bytes that all processes of the container may use together."""
        return min(self.memory, self.memory_limit or self.memory)


def peak_memory_bytes() -> int:
    """Return the peak memory of this process in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024  # Linux counts in KiB


def _groups(root: Path) -> Iterator[Path]:
    """Yield the directories of this process's control group and of its parents. Each may set limits."""
    mount = root / "sys/fs/cgroup"
    own = next(
        (line[3:] for line in _read(root / "proc/self/cgroup").splitlines() if line.startswith("0::")), "/"
    )
    group = mount / own.lstrip("/")
    yield group
    yield from (parent for parent in group.parents if parent.is_relative_to(mount))


def _cpu_limit(group: Path) -> float | None:
    match _read(group / "cpu.max").split():
        case [quota, period] if quota != "max":
            return int(quota) / int(period)
    return None


def _memory_limit(group: Path) -> int | None:
    limit = _read(group / "memory.max").strip()
    return int(limit) if limit.isdigit() else None


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # no control groups here, or those of version 1
        return ""

"""CPU and memory that this process may use, with the limits of its container."""

import os
import resource
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Self

from fastauth.entrypoints.tuning.cgroups import cpu_limit, groups, memory_limit


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
        found = list(groups(root))
        return cls(
            cores=len(os.sched_getaffinity(0)),
            cpu_limit=min(filter(None, map(cpu_limit, found)), default=None),
            memory=os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"),
            memory_limit=min(filter(None, map(memory_limit, found)), default=None),
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

"""How many cores this process may keep busy."""

import os
from pathlib import Path


def cores(cpu_max: Path = Path("/sys/fs/cgroup/cpu.max")) -> int:
    """Return the cores that the process may run on, or those of a container's quota if they are fewer.

    ``cpu_max`` is where a container finds its quota: microseconds of work in a period, and the period
    (cgroup v2). Of a part of a core nothing is counted, unless it is all there is.
    """
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = cpu_max.read_text().split()
        return max(1, min(allowed, int(quota) // int(period)))
    except (OSError, ValueError):  # another system, or no quota: "max"
        return allowed

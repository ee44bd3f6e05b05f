"""How many cores this process may keep busy."""

import os
from pathlib import Path

_QUOTA = (("cpu.max",), ("cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us"))
"""Where cgroups say how many microseconds of work a container has in a period: version 2, version 1."""


def cores(cgroup: Path = Path("/sys/fs/cgroup")) -> int:
    """Return the cores that the process may run on, or those of its container's quota if they are fewer.

    The rest of a quota that is no whole core counts as none, unless it is all there is.
    """
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    for files in _QUOTA:
        try:
            quota, period = map(int, " ".join((cgroup / file).read_text() for file in files).split())
        except (OSError, ValueError):  # another system, or no quota: "max"
            continue
        if quota > 0:  # and not -1, no quota either
            return max(1, min(allowed, quota // period))
    return allowed

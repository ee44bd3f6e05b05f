"""Limits of CPU time and memory that a control group (cgroup v2) sets."""

from collections.abc import Iterator
from pathlib import Path


def groups(root: Path) -> Iterator[Path]:
    """Yield the directories of this process's control group and of its parents. Each may set limits."""
    mount = root / "sys/fs/cgroup"
    own = next(
        (line[3:] for line in _read(root / "proc/self/cgroup").splitlines() if line.startswith("0::")), "/"
    )
    group = mount / own.lstrip("/")
    yield group
    yield from (parent for parent in group.parents if parent.is_relative_to(mount))


def cpu_limit(group: Path) -> float | None:
    """Return the CPU time of a control group in cores, or ``None`` without a limit."""
    match _read(group / "cpu.max").split():
        case [quota, period] if quota != "max":
            return int(quota) / int(period)
    return None


def memory_limit(group: Path) -> int | None:
    """Return the bytes that a control group may use, or ``None`` without a limit."""
    limit = _read(group / "memory.max").strip()
    return int(limit) if limit.isdigit() else None


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # no control groups here, or those of version 1
        return ""

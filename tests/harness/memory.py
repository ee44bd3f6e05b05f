"""The temporary files of a test run: in a directory of their own, and in memory where there is room for them.

A commit to a file on a disk waits for the disk. In memory, too, what a process has written outlives that
process, which is what the tests of crashes by SIGKILL need.
"""

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.util import get_temp_dir
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  every run makes a directory of its own in it
ROOM = 2 << 30
"""How many bytes must be free."""
PREFIX = "fastauth-tests-"


@contextmanager
def temporary_files(within: Path = SHARED_MEMORY, room: int = ROOM) -> Iterator[None]:
    """Keep the temporary files of this process and of its children in one directory during the block.

    It is on the disk if `within` has less than `room` bytes.
    """
    before = os.environ.get("TMPDIR")
    get_temp_dir()  # multiprocessing removes it when the process ends, which is after the block
    with _own_directory(within if has_room(within, room) else Path(tempfile.gettempdir())) as directory:
        _use(str(directory))
        try:
            yield
        finally:
            _use(before)


def has_room(directory: Path, room: int) -> bool:
    """Return whether `directory` takes `room` bytes, programs can run in it, and the memory is free."""
    try:
        mounted = os.statvfs(directory)
    except OSError:
        return False
    return (
        os.access(directory, os.W_OK)
        and not mounted.f_flag & os.ST_NOEXEC
        and min(mounted.f_bavail * mounted.f_frsize, _available_memory()) >= room
    )


def is_used(within: Path = SHARED_MEMORY) -> bool:
    """Return whether the temporary files of this process lie in memory."""
    directory = Path(tempfile.gettempdir())
    return directory.name.startswith(PREFIX) and directory.parent == within


def _available_memory() -> int:
    """Return how many bytes new processes may use without swapping."""
    try:
        found = re.search(r"^MemAvailable: +(\d+) kB$", Path("/proc/meminfo").read_text(), re.MULTILINE)
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0


def _use(directory: str | None) -> None:
    if directory is None:
        os.environ.pop("TMPDIR", None)
    else:
        os.environ["TMPDIR"] = directory
    tempfile.tempdir = None  # it is read from the environment again


@contextmanager
def _own_directory(within: Path) -> Iterator[Path]:
    """Make a directory that is gone afterwards, and remove those of runs that were killed."""
    with _lock(within):
        for left in within.glob(f"{PREFIX}*"):
            with suppress(OSError), _lock(left, fcntl.LOCK_NB):
                shutil.rmtree(left, ignore_errors=True)
        directory = Path(tempfile.mkdtemp(prefix=PREFIX, dir=within))
        held = os.open(directory, os.O_RDONLY)
        fcntl.flock(held, fcntl.LOCK_EX)
    directory.chmod(0o711)  # PostgreSQL has an account of its own where the tests run as root
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)
        os.close(held)


@contextmanager
def _lock(directory: Path, flags: int = 0) -> Iterator[None]:
    """Hold the lock of a directory. The kernel releases it when the process ends."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | flags)
        yield
    finally:
        os.close(descriptor)

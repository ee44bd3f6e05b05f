"""Files of a database on this machine."""

import os
from contextlib import suppress


def create_for_owner(path: str) -> None:
    """Create a file that only its owner may read and write, whatever the umask; leave one that exists.

    SQLite gives the files beside its database, ``-wal`` and ``-shm``, the same permissions. A file that
    exists is not opened: closing it would release the locks that this process holds on it.
    """
    with suppress(OSError):  # whoever opens the database is told why that is not possible
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))

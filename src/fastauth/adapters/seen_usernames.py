"""Names in a file without a name, so that a million of them take no memory."""

import sqlite3
from contextlib import AbstractContextManager

CACHE_KIB = 16 * 1024
"""What is kept in memory. The rest is in SQLite's directory for temporary files."""


class TempFileSeenUsernames(AbstractContextManager["TempFileSeenUsernames"]):
    """See `fastauth.domain.accounts.ports.SeenUsernames`."""

    def __init__(self) -> None:
        self._spool = sqlite3.connect("", isolation_level=None)  # the empty name: gone when it is closed
        for pragma in (f"cache_size = -{CACHE_KIB}", "journal_mode = OFF", "synchronous = OFF"):
            self._spool.execute(f"PRAGMA {pragma}")
        self._spool.execute("CREATE TABLE name (key TEXT PRIMARY KEY, place INTEGER) WITHOUT ROWID")
        self._spool.execute("BEGIN")

    def __exit__(self, *_: object) -> None:
        """Close the file, which removes it."""
        self._spool.close()

    def first_position(self, canonical: str, position: int) -> int:
        """Insert, and look only where that was in vain."""
        values = (canonical, position)
        if self._spool.execute("INSERT OR IGNORE INTO name VALUES (?, ?)", values).rowcount:
            return position
        (first,) = self._spool.execute("SELECT place FROM name WHERE key = ?", values[:1]).fetchone()
        return int(first)

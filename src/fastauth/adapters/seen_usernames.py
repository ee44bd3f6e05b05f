"""Usernames of an import in a temporary file, so that a million of them need little memory."""

import sqlite3
from contextlib import AbstractContextManager

CACHE_KIB = 16 * 1024
"""Size of the page cache in memory. The rest is in SQLite's directory for temporary files."""


class TempFileSeenUsernames(AbstractContextManager["TempFileSeenUsernames"]):
    """See `fastauth.domain.accounts.ports.SeenUsernames`."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)  # the empty name: a temporary file
        for pragma in (f"cache_size = -{CACHE_KIB}", "journal_mode = OFF", "synchronous = OFF"):
            self._database.execute(f"PRAGMA {pragma}")
        self._database.execute("CREATE TABLE name (key TEXT PRIMARY KEY, place INTEGER) WITHOUT ROWID")
        self._database.execute("BEGIN")

    def __exit__(self, *_: object) -> None:
        """Close and remove the file."""
        self._database.close()

    def first_position(self, canonical: str, position: int) -> int:
        """Insert the name; look it up only if it exists already."""
        values = (canonical, position)
        if self._database.execute("INSERT OR IGNORE INTO name VALUES (?, ?)", values).rowcount:
            return position
        (first,) = self._database.execute("SELECT place FROM name WHERE key = ?", values[:1]).fetchone()
        return int(first)

"""Reads the passwords in the password file of libpq."""

import os
from pathlib import Path

from fastauth.entrypoints.settings import Settings


def option_texts(value: str | tuple[str, ...] | None) -> tuple[str, ...]:
    """Return the values of an option of a database URL, which may occur several times."""
    return (value,) if isinstance(value, str) else (value or ())


def passwords_in_file(settings: Settings) -> list[str]:
    """Return the passwords for this user in libpq's password file (host:port:database:user:password)."""
    url = settings.database_url
    named = option_texts(url.query.get("passfile")) or (os.environ.get("PGPASSFILE", ""),)
    try:
        path = Path(named[0]) if named[0] else Path.home() / ".pgpass"
        lines = path.read_text(errors="replace").splitlines()
    except (OSError, RuntimeError):  # no such file, or no home directory
        return []
    user = url.username or os.environ.get("PGUSER", "")
    entries = [line.replace("\\:", "\0").split(":", 4) for line in lines if not line.startswith("#")]
    return [
        entry[4].replace("\0", ":").replace("\\\\", "\\")
        for entry in entries
        if len(entry) == 5 and entry[3] in ("*", user)  # noqa: PLR2004  the fields above
    ]

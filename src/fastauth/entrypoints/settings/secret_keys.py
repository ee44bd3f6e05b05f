"""The source of the server's secret keys."""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from fastauth.domain.secret_key import SecretKey
from fastauth.entrypoints.settings import Settings

_FOR_DEVELOPMENT = SecretKey(b"fastauth development key: everybody knows it")


def secret_keys(settings: Settings) -> tuple[SecretKey, ...]:
    """Return the secret keys, the newest first.

    Production mode requires one in the settings. Development mode creates one in a file beside its SQLite
    file, readable by the owner only. On PostgreSQL, where several processes need the same key, development
    mode uses a published one.
    """
    given = [key for key in (settings.secret_key, settings.secret_key_previous) if key]
    if given:
        return tuple(SecretKey(key.get_secret_value().encode()) for key in given)
    if settings.is_file_database:
        return (_beside(Path(str(settings.database_url.database))),)
    return (_FOR_DEVELOPMENT,)


def _beside(database: Path) -> SecretKey:
    """Return the key in the file beside `database`. The first of several processes creates it."""
    path = database.with_name(f"{database.name}.secret-key")
    if not path.exists():
        descriptor, draft = tempfile.mkstemp(prefix=path.name, dir=path.parent)  # mode 0600
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(32))
        with suppress(FileExistsError):  # another process was first
            os.link(draft, path)  # atomic: no process reads half a key
        Path(draft).unlink()
    return SecretKey(path.read_bytes().strip())

"""Where the server's secret key comes from."""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from fastauth.domain.secret_key import SecretKey
from fastauth.entrypoints.settings import Settings

_FOR_DEVELOPMENT = SecretKey(b"fastauth development key: everybody knows it")


def secret_keys(settings: Settings) -> tuple[SecretKey, ...]:
    """Return the keys to use, the newest first.

    Production has to be given one. Development makes one beside its SQLite file, which only its
    owner may read; on Postgres, where several processes have to agree, it uses one that is no secret.
    """
    given = [key for key in (settings.secret_key, settings.secret_key_previous) if key]
    if given:
        return tuple(SecretKey(key.get_secret_value().encode()) for key in given)
    if settings.is_file_database:
        return (_beside(Path(str(settings.database_url.database))),)
    return (_FOR_DEVELOPMENT,)


def _beside(database: Path) -> SecretKey:
    """Return the key in the file beside `database`; the first of several processes to come makes it."""
    path = database.with_name(f"{database.name}.secret-key")
    if not path.exists():
        descriptor, draft = tempfile.mkstemp(prefix=path.name, dir=path.parent)  # mode 0600
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(32))
        with suppress(FileExistsError):  # another process was first
            os.link(draft, path)  # at once: nobody ever reads half a key
        Path(draft).unlink()
    return SecretKey(path.read_bytes().strip())

"""Where the server's secret key comes from."""

import os
import secrets
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
    database = settings.database_url.database
    if settings.database_url.get_backend_name() == "sqlite" and database and database != ":memory:":
        return (_beside(Path(database)),)
    return (_FOR_DEVELOPMENT,)


def _beside(database: Path) -> SecretKey:
    """Return the key in the file beside `database`; the first of several processes to come makes it."""
    path = database.with_name(f"{database.name}.secret-key")
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(32))
        try:
            os.link(draft, path)  # fails where another process was first, and never shows half a file
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return SecretKey(path.read_bytes().strip())

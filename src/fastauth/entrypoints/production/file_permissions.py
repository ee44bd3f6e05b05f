"""Whether other accounts may read or write files with secrets."""

from pathlib import Path

from fastauth.entrypoints.settings import SECRETS, Settings
from fastauth.entrypoints.settings.sources import PREFIX, Source

_SECRET = frozenset(PREFIX + name.upper() for name in (*SECRETS, "database_url", "mail_url"))
_WRITABLE, _READABLE = 0o022, 0o004


def exposed_file(settings: Settings) -> str | None:
    """Return which files of settings other accounts may read or write; ``None`` without any."""
    exposed = [_shown(source) for source in settings.sources.given if _is_exposed(source)]
    if settings.tls_key and _permissions(settings.tls_key) & (_WRITABLE | _READABLE):
        exposed.append("the file of FASTAUTH_TLS_KEY")
    if not exposed:
        return None
    return f"other accounts may read or write {', '.join(exposed)}; run chmod 0600 or 0440"


def _is_exposed(source: Source) -> bool:
    has_secrets = not _SECRET.isdisjoint(source.values)
    return bool(source.permissions & (_WRITABLE | (_READABLE if has_secrets else 0)))


def _shown(source: Source) -> str:
    name = source.path.name if source.path else ""
    return name if name in source.spellings else str(source.path)


def exposed_database(settings: Settings) -> str | None:
    """Return which files of a SQLite database other accounts may read or write; ``None`` without any."""
    if not settings.is_file_database:
        return None
    database = Path(str(settings.database_url.database))
    beside = [database.with_name(database.name + end) for end in ("", "-wal", "-shm", ".secret-key")]
    exposed = [path.name for path in beside if _permissions(path) & (_WRITABLE | _READABLE)]
    if not exposed:
        return None
    return f"other accounts may read or write {', '.join(map(repr, exposed))}; run chmod 0600"


def _permissions(path: Path) -> int:
    try:
        return path.stat().st_mode & 0o777
    except OSError:
        return 0

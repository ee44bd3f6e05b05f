"""Rules about the secret keys, the database password and their files."""

import os
from pathlib import Path

from fastauth.adapters.passwords import common_passwords
from fastauth.entrypoints.production.rule import Rule
from fastauth.entrypoints.production.weak_secrets import is_weak_password, weakness_of_key
from fastauth.entrypoints.settings import SECRETS, Settings
from fastauth.entrypoints.settings.sources import PREFIX, Source

_MAKE_ONE = "generate one with: openssl rand -base64 32"
_SECRET = frozenset(PREFIX + name.upper() for name in (*SECRETS, "database_url"))

_WRITABLE, _READABLE = 0o022, 0o004


def _weak_key(settings: Settings) -> str | None:
    if not settings.secret_key:
        return f"FASTAUTH_SECRET_KEY is missing; {_MAKE_ONE}"
    reasons = [
        f"{PREFIX}{name.upper()} {weakness}"
        for name in sorted(SECRETS)
        if (key := getattr(settings, name)) and (weakness := weakness_of_key(key.get_secret_value()))
    ]
    return "; ".join([*reasons, _MAKE_ONE]) if reasons else None


def _same_key(settings: Settings) -> str | None:
    if not settings.secret_key or settings.secret_key != settings.secret_key_previous:
        return None
    return "FASTAUTH_SECRET_KEY_PREVIOUS equals FASTAUTH_SECRET_KEY and has no effect"


def _exposed_file(settings: Settings) -> str | None:
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


def _exposed_database(settings: Settings) -> str | None:
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


def _given_twice(settings: Settings) -> str | None:
    names = settings.sources.given_twice
    if not names:
        return None
    return f"{', '.join(names)}: two sources have different values; the first source is used"


def _service_links(settings: Settings) -> str | None:
    names = settings.sources.service_links
    if not names:
        return None
    return (
        f"{', '.join(names)}: created by Kubernetes for a Service, ignored as a setting;"
        " set enableServiceLinks: false in the pod"
    )


def _weak_password(settings: Settings) -> str | None:
    url = settings.database_url
    if settings.is_sqlite:
        return None
    given = {"FASTAUTH_DATABASE_URL": [url.password, *_texts(url.query.get("password"))]}
    if not any(given["FASTAUTH_DATABASE_URL"]):
        given["PGPASSWORD"] = [os.environ.get("PGPASSWORD")]
    if not any(found for each in given.values() for found in each):
        given["the password file"] = [*_of_password_file(settings)]
    names = [url.username or os.environ.get("PGUSER", ""), url.database or "", url.host or ""]
    common = common_passwords(min_length=1) if any(map(any, given.values())) else frozenset()
    for where, passwords in given.items():
        if any(is_weak_password(each, names, common) for each in passwords if each):
            return (
                f"the password in {where} is short, common, well-known or derived from a name;"
                " change it with ALTER ROLE ... PASSWORD, and here"
            )
    return None


def _texts(value: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else (value or ())


def _of_password_file(settings: Settings) -> list[str]:
    """Return the passwords for this user in libpq's password file (host:port:database:user:password)."""
    url = settings.database_url
    named = _texts(url.query.get("passfile")) or (os.environ.get("PGPASSFILE", ""),)
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


def _superuser(settings: Settings) -> str | None:
    user = settings.database_url.username or os.environ.get("PGUSER")
    if settings.is_sqlite or user != "postgres":
        return None
    return "FASTAUTH_DATABASE_URL uses the superuser postgres; create a role for fastauth"


RULES = (
    Rule(
        subject="secret key",
        setting="FASTAUTH_SECRET_KEY",
        ok="set, and neither published nor guessable",
        refused_if=(
            "missing, published, or guessable: fewer than 16 distinct bytes (9 distinct digits in"
            " hexadecimal), a repetition or a sequence, fewer than 10 words, words from examples;"
            " also the previous key"
        ),
        warned_if="the previous key equals the current one",
        check=_weak_key,
        warning=_same_key,
    ),
    Rule(
        subject="files of secrets",
        setting="chmod 0600 or 0440",
        ok="no other account may read or change them",
        refused_if=(
            "a settings file that other accounts may write, or a file with a secret key, the database URL"
            " or the TLS key that all accounts may read"
        ),
        check=_exposed_file,
    ),
    Rule(
        subject="database file",
        setting="chmod 0600",
        ok="no other account may read or change it",
        warned_if=(
            "a SQLite file, or a file beside it (-wal, -shm, .secret-key), that all accounts may read or"
            " the group may write"
        ),
        warning=_exposed_database,
    ),
    Rule(
        subject="sources",
        setting="the environment, .env or the secrets directory",
        ok="each setting has one value",
        warned_if="a setting with different values in two sources",
        warning=_given_twice,
    ),
    Rule(
        subject="service links",
        setting="enableServiceLinks: false",
        ok="no variables of Kubernetes with the name of a setting",
        warned_if="variables that Kubernetes creates for a Service whose name begins with fastauth",
        warning=_service_links,
    ),
    Rule(
        subject="database password",
        setting="FASTAUTH_DATABASE_URL",
        ok="neither common nor derived from a name",
        refused_if=(
            "shorter than 8 characters, one of the 30 000 common ones, published, a repetition or a sequence,"
            " or a variation of the name of the user, the database or the host; in the URL, PGPASSWORD or the"
            " password file"
        ),
        check=_weak_password,
    ),
    Rule(
        subject="database role",
        setting="FASTAUTH_DATABASE_URL",
        ok="not the superuser",
        warned_if="the superuser postgres",
        warning=_superuser,
    ),
)

IN_ANY_MODE = tuple(rule for rule in RULES if rule.subject == "service links")
"""Rules that warn in development mode, too."""

"""Rules about the secret keys, the database password and their files."""

import os

from fastauth.entrypoints.production.database_password import weak_password
from fastauth.entrypoints.production.file_permissions import exposed_database, exposed_file
from fastauth.entrypoints.production.rule import Rule
from fastauth.entrypoints.production.weak_secrets import weakness_of_key
from fastauth.entrypoints.settings import SECRETS, Settings
from fastauth.entrypoints.settings.sources import PREFIX

_MAKE_ONE = "generate one with: openssl rand -base64 32"


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
            "a settings file that other accounts may write, or a file with a secret key, the database URL,"
            " the mail URL or the TLS key that all accounts may read"
        ),
        check=exposed_file,
    ),
    Rule(
        subject="database file",
        setting="chmod 0600",
        ok="no other account may read or change it",
        warned_if=(
            "a SQLite file, or a file beside it (-wal, -shm, .secret-key), that all accounts may read or"
            " the group may write"
        ),
        warning=exposed_database,
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
        check=weak_password,
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

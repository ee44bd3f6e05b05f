"""Whether the password of the database is weak, in the URL, PGPASSWORD or the password file."""

import os

from fastauth.adapters.passwords import common_passwords
from fastauth.entrypoints.production.password_file import option_texts, passwords_in_file
from fastauth.entrypoints.production.weak_secrets import is_weak_password
from fastauth.entrypoints.settings import Settings


def weak_password(settings: Settings) -> str | None:
    """Return why the password of the database is refused; ``None`` if it is not."""
    url = settings.database_url
    if settings.is_sqlite:
        return None
    given = {"FASTAUTH_DATABASE_URL": [url.password, *option_texts(url.query.get("password"))]}
    if not any(given["FASTAUTH_DATABASE_URL"]):
        given["PGPASSWORD"] = [os.environ.get("PGPASSWORD")]
    if not any(found for each in given.values() for found in each):
        given["the password file"] = [*passwords_in_file(settings)]
    names = [url.username or os.environ.get("PGUSER", ""), url.database or "", url.host or ""]
    common = common_passwords(min_length=1) if any(map(any, given.values())) else frozenset()
    for where, passwords in given.items():
        if any(is_weak_password(each, names, common) for each in passwords if each):
            return (
                f"the password in {where} is short, common, well-known or derived from a name;"
                " change it with ALTER ROLE ... PASSWORD, and here"
            )
    return None

"""What production refuses.

Whatever stands here is allowed in development; `fastauth.entrypoints.settings` refuses what makes no
sense in any mode.
"""

from collections.abc import Callable
from dataclasses import dataclass

from fastauth.entrypoints import owasp
from fastauth.entrypoints.settings import Mode, Settings

PUBLIC = frozenset(
    {"admin", "changeme", "example", "fastauth", "pass", "password", "postgres", "root", "secret", "user"}
    | {"fastauth development key: everybody knows it"}
)
"""Secrets that are none: the first that anybody tries, and every one that the documentation, the
examples, ``docker-compose.yml`` or the source shows. In lower case."""

SCHEMA_IS_BEHIND = "the database schema is behind; run: fastauth migrate"


class ProductionRefused(Exception):
    """Production does not run like this. ``reasons`` are all of them, a line each, and no secrets."""

    def __init__(self, reasons: list[str]) -> None:
        self.reasons = reasons
        super().__init__("; ".join(reasons))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing that production asks of the settings."""

    subject: str
    setting: str
    """What mends it."""
    kept: str
    """What is so where the rule is kept."""
    refusal: Callable[[Settings], str | None]
    """Why the settings break it, if they do."""


def _secret_key(settings: Settings) -> str | None:
    if not settings.secret_key:
        return "FASTAUTH_SECRET_KEY is missing; make one with: openssl rand -base64 32"
    for name in ("secret_key", "secret_key_previous"):
        key = getattr(settings, name)
        if key and _is_public(key.get_secret_value()):
            return (
                f"FASTAUTH_{name.upper()} stands in the documentation: everybody knows it;"
                " make one with: openssl rand -base64 32"
            )
    return None


def _database_password(settings: Settings) -> str | None:
    url = settings.database_url
    if not any(_is_public(str(given)) for given in (url.password, url.query.get("password")) if given):
        return None
    return (
        "the password in FASTAUTH_DATABASE_URL is one that everybody tries;"
        " change it, with Docker by POSTGRES_PASSWORD"
    )


def _argon2(settings: Settings) -> str | None:
    if owasp.is_strong_enough(settings.argon2_memory_kib, settings.argon2_time_cost):
        return None
    return (
        "FASTAUTH_ARGON2_MEMORY_KIB and FASTAUTH_ARGON2_TIME_COST are below OWASP's minimum,"
        " which is 19456 and 2 or as strong"
    )


def _workers(settings: Settings) -> str | None:
    if not settings.is_sqlite or settings.workers == 1:
        return None
    return "FASTAUTH_WORKERS must be 1 on SQLite; several processes want PostgreSQL, by FASTAUTH_DATABASE_URL"


def _issuer(settings: Settings) -> str | None:
    if settings.issuer:
        return None
    return "FASTAUTH_ISSUER is missing; it is the URL at which the world reaches fastauth: https://..."


RULES = (
    Rule(
        subject="secret key",
        setting="FASTAUTH_SECRET_KEY",
        kept="there is one, and not one of the documentation",
        refusal=_secret_key,
    ),
    Rule(
        subject="database password",
        setting="FASTAUTH_DATABASE_URL",
        kept="not one that everybody tries",
        refusal=_database_password,
    ),
    Rule(
        subject="hash strength",
        setting="FASTAUTH_ARGON2_MEMORY_KIB, FASTAUTH_ARGON2_TIME_COST",
        kept="at least OWASP's minimum",
        refusal=_argon2,
    ),
    Rule(
        subject="workers",
        setting="FASTAUTH_WORKERS",
        kept="no more than the database is made for",
        refusal=_workers,
    ),
    Rule(
        subject="issuer",
        setting="FASTAUTH_ISSUER",
        kept="access tokens name the URL that was set",
        refusal=_issuer,
    ),
)


def refusals(settings: Settings) -> list[str]:
    """Return everything that production refuses in these settings; nothing in development."""
    if settings.mode is not Mode.PRODUCTION:
        return []
    return [refusal for rule in RULES if (refusal := rule.refusal(settings))]


def _is_public(secret: str) -> bool:
    return secret.strip().lower() in PUBLIC

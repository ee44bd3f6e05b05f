"""Rules about numbers: hash, workers, limits, passwords, times."""

from fastauth.entrypoints.production.rule import Rule
from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.settings.sources import PREFIX
from fastauth.entrypoints.tuning import owasp

MIN_PASSWORD_LENGTH = 8
"""ASVS 6.2.1."""

_WARN_FACTOR, _ERROR_FACTOR = 10, 100
"""Times the default: a large office behind one address, and what limits nobody."""

_LIMITS = (
    "rate_limit_logins_per_network",
    "rate_limit_failures_per_network",
    "rate_limit_registrations_per_network",
    "rate_limit_account_per_network",
    "rate_limit_known_device",
)

_CONNECTIONS = ("max_pending_connections_per_ip",)

MIN_BACKOFF_SECONDS = 60
"""Seconds that a stranger waits at most between guesses, below which the limit is of little use."""

MIN_CONNECTIONS = 6
"""As many as a browser opens to one host by HTTP/1.1."""

_HOUR, _DAY = 1 / 24, 1.0


def _argon2(settings: Settings) -> str | None:
    if owasp.is_strong_enough(settings.argon2_memory_kib, settings.argon2_time_cost):
        return None
    return (
        "FASTAUTH_ARGON2_MEMORY_KIB and FASTAUTH_ARGON2_TIME_COST are below OWASP's minimum,"
        " which is 19456 and 2 or as strong"
    )


def _workers(settings: Settings) -> str | None:
    if settings.is_sqlite and settings.workers > 1:
        return "FASTAUTH_WORKERS must be 1 on SQLite; several want PostgreSQL, by FASTAUTH_DATABASE_URL"
    return None


def _memory(settings: Settings) -> str | None:
    if not settings.is_sqlite or settings.is_file_database:
        return None
    return "FASTAUTH_DATABASE_URL is a database in memory: every account is gone when the process ends"


def _limits_off(settings: Settings) -> str | None:
    if not settings.rate_limits:
        return "FASTAUTH_RATE_LIMITS is off: anybody may try any number of passwords"
    if names := _beyond(settings, _ERROR_FACTOR, _LIMITS):
        return f"{names}: more than {_ERROR_FACTOR} times the default limits nobody"
    return None


def _limits_high(settings: Settings) -> str | None:
    if names := _beyond(settings, _WARN_FACTOR, _LIMITS):
        return f"{names}: more than {_WARN_FACTOR} times the default"
    if settings.backoff_max_seconds < MIN_BACKOFF_SECONDS:
        return (
            f"FASTAUTH_BACKOFF_MAX_SECONDS is below {MIN_BACKOFF_SECONDS}:"
            " strangers guess faster at one account"
        )
    return None


def _beyond(settings: Settings, times: int, fields: tuple[str, ...]) -> str:
    return ", ".join(
        PREFIX + name.upper()
        for name in fields
        if getattr(settings, name) > times * Settings.model_fields[name].default
    )


def _any_number_of_connections(settings: Settings) -> str | None:
    if names := _beyond(settings, _ERROR_FACTOR, _CONNECTIONS):
        return f"{names} is more than {_ERROR_FACTOR} times the default: one client may take every connection"
    return None


def _connections(settings: Settings) -> str | None:
    if names := _beyond(settings, _WARN_FACTOR, _CONNECTIONS):
        return f"{names} is more than {_WARN_FACTOR} times the default: one client may take most connections"
    if settings.max_pending_connections_per_ip < MIN_CONNECTIONS:
        return (
            f"FASTAUTH_MAX_PENDING_CONNECTIONS_PER_IP is below {MIN_CONNECTIONS}, which one browser opens;"
            " a proxy that FASTAUTH_TRUSTED_PROXIES does not name needs one for each request under way"
        )
    return None


def _passwords(settings: Settings) -> str | None:
    if settings.password_min_length < MIN_PASSWORD_LENGTH:
        return f"FASTAUTH_PASSWORD_MIN_LENGTH is below {MIN_PASSWORD_LENGTH}, which OWASP ASVS 6.2.1 asks for"
    if not settings.password_blocklist:
        return "FASTAUTH_PASSWORD_BLOCKLIST is off: OWASP ASVS 6.2.4 asks that common passwords are refused"
    return None


def _times(settings: Settings) -> str | None:
    if settings.signing_key_rotation_days < _HOUR:
        return "FASTAUTH_SIGNING_KEY_ROTATION_DAYS is below an hour: others must fetch keys all the time"
    if settings.session_idle_timeout_days < _HOUR or settings.session_absolute_timeout_days < _HOUR:
        return "FASTAUTH_SESSION_IDLE_TIMEOUT_DAYS or FASTAUTH_SESSION_ABSOLUTE_TIMEOUT_DAYS is below an hour"
    if settings.audit_retention_days < _DAY:
        return "FASTAUTH_AUDIT_RETENTION_DAYS is below a day: nobody could look into what happened yesterday"
    return None


RULES = (
    Rule(
        subject="hash strength",
        setting="FASTAUTH_ARGON2_MEMORY_KIB, FASTAUTH_ARGON2_TIME_COST",
        ok="at least OWASP's minimum",
        refused_if="below OWASP's minimum",
        check=_argon2,
    ),
    Rule(
        subject="workers",
        setting="FASTAUTH_WORKERS",
        ok="no more than the database is made for",
        refused_if="more than 1 on SQLite",
        check=_workers,
    ),
    Rule(
        subject="storage",
        setting="FASTAUTH_DATABASE_URL",
        ok="accounts outlive the process",
        refused_if="SQLite in memory",
        check=_memory,
    ),
    Rule(
        subject="limits on guessing",
        setting="FASTAUTH_RATE_LIMITS, FASTAUTH_RATE_LIMIT_..., FASTAUTH_BACKOFF_MAX_SECONDS",
        ok="on",
        refused_if="off, or more than 100 times a default",
        warned_if="more than 10 times a default; FASTAUTH_BACKOFF_MAX_SECONDS below 60",
        check=_limits_off,
        warning=_limits_high,
    ),
    Rule(
        subject="client connections",
        setting="FASTAUTH_MAX_PENDING_CONNECTIONS_PER_IP",
        ok="one client can neither take them all nor be short of them",
        refused_if="more than 100 times the default for one address",
        warned_if="more than 10 times the default, or fewer than 6, for one address",
        check=_any_number_of_connections,
        warning=_connections,
    ),
    Rule(
        subject="password rules",
        setting="FASTAUTH_PASSWORD_MIN_LENGTH, FASTAUTH_PASSWORD_BLOCKLIST",
        ok="as OWASP ASVS 6.2.1 and 6.2.4 ask",
        refused_if="fewer than 8 characters, or no blocklist",
        check=_passwords,
    ),
    Rule(
        subject="times",
        setting="FASTAUTH_SIGNING_KEY_ROTATION_DAYS, FASTAUTH_SESSION_..._TIMEOUT_DAYS,"
        " FASTAUTH_AUDIT_RETENTION_DAYS",
        ok="long enough to be of use",
        warned_if="signing keys or sessions below an hour, the audit trail below a day",
        warning=_times,
    ),
)

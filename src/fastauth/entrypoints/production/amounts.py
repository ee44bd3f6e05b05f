"""Rules about hash cost, workers, limits, passwords and times."""

from fastauth.domain.sessions.second_factor_policy import SecondFactorPolicy
from fastauth.entrypoints.production.rule import Rule
from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.settings.sources import PREFIX
from fastauth.entrypoints.tuning import owasp

MIN_PASSWORD_LENGTH = 8
"""ASVS 6.2.1."""

_WARN_FACTOR, _ERROR_FACTOR = 10, 100
"""Multiples of a default: 10 suits a large office behind one address, 100 is no effective limit."""

_LIMITS = (
    "rate_limit_logins_per_network",
    "rate_limit_failures_per_network",
    "rate_limit_registrations_per_network",
    "rate_limit_account_per_network",
    "rate_limit_known_device",
)

_CONNECTIONS = ("max_pending_connections_per_ip",)

MIN_BACKOFF_SECONDS = 60
"""Minimum of the longest delay for unknown devices. With a shorter one the limit has little effect."""

MIN_CONNECTIONS = 6
"""Connections that a browser opens to one host over HTTP/1.1."""

_HOUR, _DAY = 1 / 24, 1.0


def _argon2(settings: Settings) -> str | None:
    if owasp.is_strong_enough(settings.argon2_memory_kib, settings.argon2_time_cost):
        return None
    return (
        "FASTAUTH_ARGON2_MEMORY_KIB and FASTAUTH_ARGON2_TIME_COST are below OWASP's minimum:"
        " 19456 and 2, or equally strong"
    )


def _workers(settings: Settings) -> str | None:
    if settings.is_sqlite and settings.workers > 1:
        return "FASTAUTH_WORKERS must be 1 on SQLite; set FASTAUTH_DATABASE_URL to PostgreSQL for several"
    return None


def _memory(settings: Settings) -> str | None:
    if not settings.is_sqlite or settings.is_file_database:
        return None
    return "FASTAUTH_DATABASE_URL is an in-memory database: all accounts are lost when the process ends"


def _limits_off(settings: Settings) -> str | None:
    if not settings.rate_limits:
        return "FASTAUTH_RATE_LIMITS is off: the number of log-in attempts is not limited"
    if names := _beyond(settings, _ERROR_FACTOR, _LIMITS):
        return f"{names}: more than {_ERROR_FACTOR} times the default is no effective limit"
    return None


def _limits_high(settings: Settings) -> str | None:
    if names := _beyond(settings, _WARN_FACTOR, _LIMITS):
        return f"{names}: more than {_WARN_FACTOR} times the default"
    if settings.backoff_max_seconds < MIN_BACKOFF_SECONDS:
        return (
            f"FASTAUTH_BACKOFF_MAX_SECONDS is below {MIN_BACKOFF_SECONDS}:"
            " attackers can try more passwords of one account"
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
        return f"{names} is more than {_ERROR_FACTOR} times the default: one client may use all connections"
    return None


def _connections(settings: Settings) -> str | None:
    if names := _beyond(settings, _WARN_FACTOR, _CONNECTIONS):
        return f"{names} is more than {_WARN_FACTOR} times the default: one client may use most connections"
    if settings.max_pending_connections_per_ip < MIN_CONNECTIONS:
        return (
            f"FASTAUTH_MAX_PENDING_CONNECTIONS_PER_IP is below {MIN_CONNECTIONS}, as many as a browser opens;"
            " a proxy that is not in FASTAUTH_TRUSTED_PROXIES needs one for each concurrent request"
        )
    return None


def _passwords(settings: Settings) -> str | None:
    if settings.password_min_length < MIN_PASSWORD_LENGTH:
        return f"FASTAUTH_PASSWORD_MIN_LENGTH is below {MIN_PASSWORD_LENGTH}, which OWASP ASVS 6.2.1 requires"
    if not settings.password_blocklist:
        return (
            "FASTAUTH_PASSWORD_BLOCKLIST is off: OWASP ASVS 6.2.4 requires that common passwords are refused"
        )
    return None


def _second_factor(settings: Settings) -> str | None:
    if settings.second_factor is SecondFactorPolicy.OPTIONAL:
        return "FASTAUTH_SECOND_FACTOR is optional: administrators need no second factor (OWASP ASVS 6.3.3)"
    return None


def _times(settings: Settings) -> str | None:
    if settings.signing_key_rotation_days < _HOUR:
        return (
            "FASTAUTH_SIGNING_KEY_ROTATION_DAYS is below an hour: resource servers must fetch keys too often"
        )
    if settings.session_idle_timeout_days < _HOUR or settings.session_absolute_timeout_days < _HOUR:
        return "FASTAUTH_SESSION_IDLE_TIMEOUT_DAYS or FASTAUTH_SESSION_ABSOLUTE_TIMEOUT_DAYS is below an hour"
    if settings.audit_retention_days < _DAY:
        return "FASTAUTH_AUDIT_RETENTION_DAYS is below a day: too short to investigate an incident"
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
        ok="as many as the database supports",
        refused_if="more than 1 on SQLite",
        check=_workers,
    ),
    Rule(
        subject="storage",
        setting="FASTAUTH_DATABASE_URL",
        ok="persistent",
        refused_if="SQLite in memory",
        check=_memory,
    ),
    Rule(
        subject="rate limits",
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
        ok="a sensible limit for one client",
        refused_if="more than 100 times the default for one address",
        warned_if="more than 10 times the default, or fewer than 6, for one address",
        check=_any_number_of_connections,
        warning=_connections,
    ),
    Rule(
        subject="password rules",
        setting="FASTAUTH_PASSWORD_MIN_LENGTH, FASTAUTH_PASSWORD_BLOCKLIST",
        ok="as OWASP ASVS 6.2.1 and 6.2.4 require",
        refused_if="fewer than 8 characters, or no blocklist",
        check=_passwords,
    ),
    Rule(
        subject="second factor policy",
        setting="FASTAUTH_SECOND_FACTOR",
        ok="administrators need one",
        warned_if="`optional`",
        warning=_second_factor,
    ),
    Rule(
        subject="times",
        setting="FASTAUTH_SIGNING_KEY_ROTATION_DAYS, FASTAUTH_SESSION_..._TIMEOUT_DAYS,"
        " FASTAUTH_AUDIT_RETENTION_DAYS",
        ok="long enough",
        warned_if="signing keys or sessions below an hour, the audit trail below a day",
        warning=_times,
    ),
)

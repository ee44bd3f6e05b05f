"""Rules of production mode: settings that it refuses, and settings that it warns of.

Development mode accepts all of them. `fastauth.entrypoints.settings` refuses values that are invalid
in both modes.
"""

from fastauth.entrypoints.production import amounts, mail, network, passkeys, secrets
from fastauth.entrypoints.production.rule import Rule as Rule
from fastauth.entrypoints.production.weak_secrets import WELL_KNOWN_SECRETS as WELL_KNOWN_SECRETS
from fastauth.entrypoints.settings import Mode, Settings
from fastauth.entrypoints.settings.hosts import is_loopback

SCHEMA_OUTDATED = "the database schema is behind; run: fastauth migrate"

RULES: tuple[Rule, ...] = (*secrets.RULES, *network.RULES, *mail.RULES, *passkeys.RULES, *amounts.RULES)
"""In the order of the output."""

IN_ANY_MODE = (*secrets.IN_ANY_MODE, *passkeys.RULES)
"""Rules that warn in development mode, too."""


class InsecureSettings(Exception):
    """The settings are insecure for production mode. ``reasons`` has a line for each, without secrets."""

    def __init__(self, reasons: list[str]) -> None:
        self.reasons = reasons
        super().__init__("; ".join(reasons))


class ModeNotSet(Exception):
    """Other machines can connect, and the mode is not set explicitly. The message says what to set."""


def production_errors(settings: Settings) -> list[str]:
    """Return the errors of all rules in production mode; an empty list in development mode."""
    if settings.mode is not Mode.PRODUCTION:
        return []
    return [error for rule in RULES if (error := rule.check(settings))]


def warnings(settings: Settings) -> list[str]:
    """Return the warnings of all rules; in development mode only those of `IN_ANY_MODE`."""
    rules = RULES if settings.mode is Mode.PRODUCTION else IN_ANY_MODE
    return [warning for rule in rules if (warning := rule.warning(settings))]


def exposed_without_mode(settings: Settings) -> str | None:
    """Return an error if other machines can connect and the mode is not set explicitly."""
    if settings.mode_is_set:
        return None
    listening = {"FASTAUTH_HOST": settings.host}
    if settings.metrics_port is not None:
        listening["FASTAUTH_METRICS_HOST"] = settings.metrics_host
    open_to_others = [name for name, host in listening.items() if not is_loopback(host)]
    if not open_to_others:
        return None
    return (
        f"{' and '.join(open_to_others)}: other machines can connect, and FASTAUTH_MODE is not set;"
        " set FASTAUTH_MODE=production, or FASTAUTH_MODE=development on a trusted network"
    )

"""What production refuses, and what it warns of.

Whatever stands here is allowed in development; `fastauth.entrypoints.settings.values` refuses what makes
no sense in any mode.
"""

from fastauth.entrypoints.production import amounts, network, secrets
from fastauth.entrypoints.production.rule import Rule as Rule
from fastauth.entrypoints.production.weak_secrets import WELL_KNOWN_SECRETS as WELL_KNOWN_SECRETS
from fastauth.entrypoints.settings import Mode, Settings
from fastauth.entrypoints.settings.values import is_loopback

SCHEMA_OUTDATED = "the database schema is behind; run: fastauth migrate"

RULES: tuple[Rule, ...] = (*secrets.RULES, *network.RULES, *amounts.RULES)
"""In the order in which they are told."""


class InsecureSettings(Exception):
    """Production does not run like this. ``reasons`` are all of them, a line each, and no secrets."""

    def __init__(self, reasons: list[str]) -> None:
        self.reasons = reasons
        super().__init__("; ".join(reasons))


class ModeNotSet(Exception):
    """Other machines could reach a service whose mode nobody chose. The message says what to set."""


def production_errors(settings: Settings) -> list[str]:
    """Return everything that production refuses in these settings; nothing in development."""
    if settings.mode is not Mode.PRODUCTION:
        return []
    return [check for rule in RULES if (check := rule.check(settings))]


def warnings(settings: Settings) -> list[str]:
    """Return everything that production warns of, and in development what is wrong there too."""
    rules = RULES if settings.mode is Mode.PRODUCTION else secrets.IN_ANY_MODE
    return [warning for rule in rules if (warning := rule.warning(settings))]


def exposed_without_mode(settings: Settings) -> str | None:
    """Return why the service must not listen: it is open to others in a mode that nobody chose."""
    if settings.mode_is_set:
        return None
    listening = {"FASTAUTH_HOST": settings.host}
    if settings.metrics_port is not None:
        listening["FASTAUTH_METRICS_HOST"] = settings.metrics_host
    open_to_others = [name for name, host in listening.items() if not is_loopback(host)]
    if not open_to_others:
        return None
    return (
        f"{' and '.join(open_to_others)}: other machines could reach it, and FASTAUTH_MODE is not set;"
        " say FASTAUTH_MODE=production, or FASTAUTH_MODE=development where everybody who can connect may"
    )

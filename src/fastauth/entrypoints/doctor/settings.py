"""Checks of the settings against the rules of production, in both modes."""

from fastauth.entrypoints.container import Container
from fastauth.entrypoints.doctor.finding import Finding, fail, ok, warn
from fastauth.entrypoints.production import RULES, Rule, exposed_without_mode
from fastauth.entrypoints.settings import Mode, Settings


async def mode(container: Container) -> list[Finding]:
    """Report the mode, and what development mode relaxes."""
    settings = container.settings()
    if settings.mode is Mode.PRODUCTION:
        return [ok("mode", "production")]
    if exposed := exposed_without_mode(settings):
        return [fail("mode", exposed, remedy="FASTAUTH_MODE")]
    relaxations = ", ".join(settings.development_relaxations) or "nothing relaxed"
    return [warn("mode", f"development: {relaxations}", remedy="FASTAUTH_MODE=production")]


async def production_rules(container: Container) -> list[Finding]:
    """Evaluate each rule of production."""
    return [_finding(rule, container.settings()) for rule in RULES]


def _finding(rule: Rule, settings: Settings) -> Finding:
    if error := rule.check(settings):
        return fail(rule.subject, error, remedy=rule.setting)
    if warning := rule.warning(settings):
        return warn(rule.subject, warning, remedy=rule.setting)
    return ok(rule.subject, rule.ok)

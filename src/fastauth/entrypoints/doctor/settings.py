"""The settings, against what production asks of them in any mode."""

from fastauth.entrypoints.container import Container
from fastauth.entrypoints.doctor.finding import Finding, fail, ok, warn
from fastauth.entrypoints.production import RULES, Rule, exposed_without_mode
from fastauth.entrypoints.settings import Mode, Settings


async def mode(container: Container) -> list[Finding]:
    """Say what development relaxes."""
    settings = container.settings()
    if settings.mode is Mode.PRODUCTION:
        return [ok("mode", "production")]
    if exposed := exposed_without_mode(settings):
        return [fail("mode", exposed, remedy="FASTAUTH_MODE")]
    relaxations = ", ".join(settings.development_relaxations) or "nothing relaxed"
    return [warn("mode", f"development, with {relaxations}", remedy="FASTAUTH_MODE=production")]


async def production_rules(container: Container) -> list[Finding]:
    """Ask each of production's rules."""
    return [_judged(rule, container.settings()) for rule in RULES]


def _judged(rule: Rule, settings: Settings) -> Finding:
    if check := rule.check(settings):
        return fail(rule.subject, check, remedy=rule.setting)
    if warning := rule.warning(settings):
        return warn(rule.subject, warning, remedy=rule.setting)
    return ok(rule.subject, rule.ok)

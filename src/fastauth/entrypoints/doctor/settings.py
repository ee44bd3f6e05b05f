"""The settings, against what production asks of them in any mode."""

from fastauth.entrypoints.container import Container
from fastauth.entrypoints.doctor.finding import Finding, fail, ok, warn
from fastauth.entrypoints.production import RULES
from fastauth.entrypoints.settings import Mode


async def mode(container: Container) -> list[Finding]:
    """Say what development relaxes."""
    settings = container.settings()
    if settings.mode is Mode.PRODUCTION:
        return [ok("mode", "production")]
    relaxed = ", ".join(settings.relaxed) or "nothing relaxed"
    return [warn("mode", f"development, with {relaxed}", mends="FASTAUTH_MODE=production")]


async def production_rules(container: Container) -> list[Finding]:
    """Ask each of production's rules."""
    settings = container.settings()
    return [
        fail(rule.subject, refusal, mends=rule.setting)
        if (refusal := rule.refusal(settings))
        else ok(rule.subject, rule.kept)
        for rule in RULES
    ]

"""Checks of the password policy against NIST SP 800-63B-4, section 3.1.1.2, and OWASP ASVS 5.0."""

from fastauth.adapters.passwords import common_passwords
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.doctor.finding import Finding, fail, ok, warn
from fastauth.entrypoints.text import plural

ASVS_MIN_LENGTH = 8
"""ASVS 6.2.1. NIST allows it together with a second factor."""

NIST_MIN_LENGTH = 15
"""For a password that is the only factor."""


async def password_policy(container: Container) -> list[Finding]:
    """Compare the password policy with the standards."""
    return [_length(container), _blocklist(container), ok("other rules", _OTHER_RULES)]


_OTHER_RULES = "up to 256 characters, no composition or expiry rules (NIST; ASVS 6.2.5, 6.2.9, 6.2.10)"


def _length(container: Container) -> Finding:
    least = container.settings().password_min_length
    observed = f"from {plural(least, 'character')}"
    remedy = f"FASTAUTH_PASSWORD_MIN_LENGTH={NIST_MIN_LENGTH}"
    if least < ASVS_MIN_LENGTH:
        return fail("password length", f"{observed}; ASVS 6.2.1 asks for {ASVS_MIN_LENGTH}", remedy=remedy)
    if least < NIST_MIN_LENGTH:
        return warn(
            "password length",
            f"{observed}, as ASVS 6.2.1 asks;"
            f" NIST asks for {NIST_MIN_LENGTH} where there is no second factor",
            remedy=remedy,
        )
    return ok("password length", f"{observed}, as NIST asks where there is no second factor")


def _blocklist(container: Container) -> Finding:
    if not container.settings().password_blocklist:
        observed = "none: NIST and ASVS 6.2.4 require that common passwords are refused"
        return fail("blocklist", observed, remedy="FASTAUTH_PASSWORD_BLOCKLIST=true")
    number = len(common_passwords(min_length=container.settings().password_min_length))
    observed = f"{number} common passwords of that length, and the account's own words (ASVS 6.2.4, 6.2.11)"
    return ok("blocklist", observed)

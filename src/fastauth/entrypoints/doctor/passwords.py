"""The rules for new passwords, against NIST SP 800-63B-4, section 3.1.1.2, and OWASP ASVS 5.0."""

from fastauth.adapters.passwords import common_passwords
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.doctor.finding import Finding, fail, ok, warn

ASVS_LEAST = 8
"""Requirement 6.2.1; NIST allows it beside a second factor."""

NIST_LEAST = 15
"""For a password that is the only factor, as it is here."""


async def password_policy(container: Container) -> list[Finding]:
    """Compare what is asked of a new password with what the standards ask."""
    return [_length(container), _blocklist(container), ok("other rules", _OTHER_RULES)]


_OTHER_RULES = "up to 256 of any characters, none of composition or expiry (NIST; ASVS 6.2.5, 6.2.9, 6.2.10)"


def _length(container: Container) -> Finding:
    least = container.settings().password_min_length
    seen = f"from {least} character{'s' * (least > 1)}"
    mends = f"FASTAUTH_PASSWORD_MIN_LENGTH={NIST_LEAST}"
    if least < ASVS_LEAST:
        return fail("password length", f"{seen}; ASVS 6.2.1 asks for {ASVS_LEAST}", mends=mends)
    if least < NIST_LEAST:
        return warn(
            "password length",
            f"{seen}, as ASVS 6.2.1 asks; NIST asks for {NIST_LEAST} where there is no second factor",
            mends=mends,
        )
    return ok("password length", f"{seen}, as NIST asks where there is no second factor")


def _blocklist(container: Container) -> Finding:
    if not container.settings().password_blocklist:
        seen = "none: NIST and ASVS 6.2.4 ask that common passwords are refused"
        return fail("blocklist", seen, mends="FASTAUTH_PASSWORD_BLOCKLIST=true")
    number = len(common_passwords(min_length=container.settings().password_min_length))
    seen = f"{number} common passwords of that length, and the account's own words (ASVS 6.2.4, 6.2.11)"
    return ok("blocklist", seen)

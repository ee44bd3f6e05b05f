"""How a user has authenticated, and how much that assures."""

from itertools import chain

PASSWORD_ONLY = ("pwd",)
"""The methods of a log-in by password (RFC 8176, section 2)."""

CODE = ("otp",)
"""The methods of a code of an authenticator app, or of a recovery code."""

API_KEY = ("api_key",)
"""The method of a token of an API key. RFC 8176 has no value for it. It is below two factors."""

ONE_FACTOR, TWO_FACTORS = "aal1", "aal2"
"""The levels of NIST SP 800-63B-4."""

PHISHING_RESISTANT = "phr"
"""The level of a passkey that verified its user, which is two factors in one."""

TWO_FACTOR_LEVELS = (TWO_FACTORS, PHISHING_RESISTANT)
"""The levels that need two factors."""

_MULTIPLE_FACTORS = "mfa"
_PASSKEYS = frozenset({"hwk", "swk"})
"""A key that is bound to a device, and one that is synchronised between devices."""
_USER_VERIFIED = "user"


def two_factors(*factors: tuple[str, ...]) -> tuple[str, ...]:
    """Return the methods of an authentication by two factors, or by a passkey that verified its user."""
    return (*chain(*factors), _MULTIPLE_FACTORS)


def has_password(methods: tuple[str, ...]) -> bool:
    """Return whether a session with these methods was begun by a password."""
    return not set(PASSWORD_ONLY).isdisjoint(methods)


def after_step_up(session: tuple[str, ...], factor: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the methods of a session that is stepped up by a second factor with these methods.

    The password of the log-in stays. ``None`` means that there is none, and that `factor` alone is not
    enough: two factors are of two kinds (CVE-2024-45042), and a code is no other kind than another code.
    """
    if has_password(session):
        return two_factors(PASSWORD_ONLY, factor)
    return two_factors(factor) if acr_of(factor) == PHISHING_RESISTANT else None


def acr_of(methods: tuple[str, ...]) -> str:
    """Return the authentication context class of these methods.

    ``phr`` (phishing-resistant, OpenID Connect EAP ACR Values 1.0) is a passkey that verified its user;
    ``aal2`` and ``aal1`` are levels of NIST SP 800-63B-4.
    """
    if _USER_VERIFIED in methods and not _PASSKEYS.isdisjoint(methods):
        return PHISHING_RESISTANT
    return TWO_FACTORS if _MULTIPLE_FACTORS in methods else ONE_FACTOR

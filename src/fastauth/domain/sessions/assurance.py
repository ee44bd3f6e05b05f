"""How a user has authenticated, and how much that assures."""

PASSWORD_ONLY = ("pwd",)
"""The methods of a log-in by password (RFC 8176, section 2)."""

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


def with_password(factor: tuple[str, ...]) -> tuple[str, ...]:
    """Return the methods of a log-in by a password and a second factor with these methods."""
    return (*PASSWORD_ONLY, *factor, _MULTIPLE_FACTORS)


def after_step_up(session: tuple[str, ...], factor: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the methods of a session that is stepped up by a second factor with these methods.

    The password of the log-in stays. ``None`` means that there is none, and that `factor` alone is not
    enough: two factors are of two kinds (CVE-2024-45042), and a code is no other kind than another code.
    """
    if not set(PASSWORD_ONLY).isdisjoint(session):
        return with_password(factor)
    return (*factor, _MULTIPLE_FACTORS) if acr_of(factor) == PHISHING_RESISTANT else None


def acr_of(methods: tuple[str, ...]) -> str:
    """Return the authentication context class of these methods.

    ``phr`` (phishing-resistant, OpenID Connect EAP ACR Values 1.0) is a passkey that verified its user;
    ``aal2`` and ``aal1`` are levels of NIST SP 800-63B-4.
    """
    if _USER_VERIFIED in methods and not _PASSKEYS.isdisjoint(methods):
        return PHISHING_RESISTANT
    return TWO_FACTORS if _MULTIPLE_FACTORS in methods else ONE_FACTOR

"""How a user has authenticated, and how much that assures."""

PASSWORD_ONLY = ("pwd",)
"""The methods of a log-in by password (RFC 8176, section 2)."""

_MULTIPLE_FACTORS = "mfa"


def acr_of(methods: tuple[str, ...]) -> str:
    """Return the authentication context class of these methods: a level of NIST SP 800-63B-4."""
    return "aal2" if _MULTIPLE_FACTORS in methods else "aal1"

"""How a user has authenticated, and how much that assures."""

PASSWORD_ONLY = ("pwd",)
"""The methods of a log-in by password (RFC 8176, section 2)."""

PASSWORD_AND_CODE = ("pwd", "otp", "mfa")
"""The methods of a log-in by password and a code: of TOTP, or a recovery code."""

_MULTIPLE_FACTORS = "mfa"
_PASSKEYS = frozenset({"hwk", "swk"})
"""A key that is bound to a device, and one that is synchronised between devices."""
_USER_VERIFIED = "user"


def acr_of(methods: tuple[str, ...]) -> str:
    """Return the authentication context class of these methods.

    ``phr`` (phishing-resistant, OpenID Connect EAP ACR Values 1.0) is a passkey that verified its user;
    ``aal2`` and ``aal1`` are levels of NIST SP 800-63B-4.
    """
    if _USER_VERIFIED in methods and not _PASSKEYS.isdisjoint(methods):
        return "phr"
    return "aal2" if _MULTIPLE_FACTORS in methods else "aal1"

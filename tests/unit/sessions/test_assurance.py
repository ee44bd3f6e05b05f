"""Levels of assurance."""

from fastauth.domain.sessions.assurance import acr_of, after_step_up, two_factors

LEVELS = {
    "pwd": "aal1",
    "pwd otp mfa": "aal2",
    "pwd hwk mfa": "aal2",
    "pwd swk mfa": "aal2",
    "pwd hwk user mfa": "phr",
    "hwk user mfa": "phr",
    "swk user mfa": "phr",
    "hwk": "aal1",
    "user": "aal1",
    "pwd user": "aal1",
    "": "aal1",
}


def test_level_of_methods() -> None:
    """A passkey is phishing-resistant only if it verified its user."""
    assert {methods: acr_of(tuple(methods.split())) for methods in LEVELS} == LEVELS


STEP_UPS = {
    # the methods of a session, those of the factor, and those of the session afterwards
    ("pwd", "otp"): "pwd otp mfa",
    ("pwd otp mfa", "otp"): "pwd otp mfa",
    ("pwd otp mfa", "hwk"): "pwd hwk mfa",
    ("pwd", "swk user"): "pwd swk user mfa",
    ("hwk user mfa", "hwk user"): "hwk user mfa",
    ("hwk user mfa", "otp"): None,
    ("hwk user mfa", "hwk"): None,
    ("otp", "otp"): None,
}


def test_two_factors_are_of_two_kinds() -> None:
    """R60 (CVE-2024-45042 (Kratos); CWE-308): one kind of factor counts twice."""
    for (session, factor), expected in STEP_UPS.items():
        methods = after_step_up(tuple(session.split()), tuple(factor.split()))
        assert methods == (tuple(expected.split()) if expected else None), (session, factor)
    assert two_factors(("pwd",), ("otp",)) == ("pwd", "otp", "mfa")

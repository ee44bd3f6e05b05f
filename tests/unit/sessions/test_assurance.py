"""Levels of assurance."""

from fastauth.domain.sessions.assurance import acr_of

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

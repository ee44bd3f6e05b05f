"""Errors about second factors."""

from fastauth.domain.errors import Conflict, NotFound, Unauthenticated, Violation


class InvalidSecondFactor(Unauthenticated):
    """The challenge or the code is not valid, or no attempts are left: one answer for all."""

    code = "invalid_second_factor"
    detail = "The second factor is invalid, or the challenge is no longer valid"


class AlreadyEnrolled(Conflict):
    """The account has a TOTP factor. It has to be removed before another one is added."""

    code = "already_enrolled"
    detail = "The account has this factor already"


class SecondFactorNotFound(NotFound):
    """The account has no second factor, or none that waits for its first code."""

    code = "second_factor_not_found"
    detail = "The account has no such second factor"


WRONG_CODE = Violation(
    "code",
    "wrong_code",
    "Must be the code that the app shows now. Check that the clock of the device is right.",
)
"""For a code that confirms a factor; a log-in answers `InvalidSecondFactor`."""

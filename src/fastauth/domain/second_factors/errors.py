"""Errors about second factors."""

from fastauth.domain.errors import Conflict, Unauthenticated


class InvalidSecondFactor(Unauthenticated):
    """The challenge or the code is not valid, or no attempts are left: one answer for all."""

    code = "invalid_second_factor"
    detail = "The second factor is invalid, or the challenge is no longer valid"


class AlreadyEnrolled(Conflict):
    """The account has a TOTP factor. It has to be removed before another one is added."""

    code = "already_enrolled"
    detail = "The account has this factor already"

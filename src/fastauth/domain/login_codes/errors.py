"""Errors about login codes."""

from fastauth.domain.errors import Unauthenticated


class InvalidLoginCode(Unauthenticated):
    """The code was not issued here, is used or too old, or is of another verifier: one answer for all."""

    code = "invalid_code"
    detail = "The code is invalid or no longer valid"

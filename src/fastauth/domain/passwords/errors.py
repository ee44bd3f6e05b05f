"""Errors about passwords."""

from fastauth.domain.errors import Forbidden, Unauthenticated, Unavailable


class InvalidCredentials(Unauthenticated):
    """Name and password do not lead to an account that may log in. Why is for nobody to know."""

    code = "invalid_credentials"
    detail = "Username or password is wrong"


class WrongPassword(Forbidden):
    """Somebody logged in has not repeated their password correctly."""

    code = "wrong_password"
    detail = "The current password is wrong"


class HashingOverloaded(Unavailable):
    """More passwords wait to be hashed than can be hashed in time."""

    code = "overloaded"
    detail = "Too many requests are waiting. Nothing was stored."

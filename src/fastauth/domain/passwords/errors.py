"""Errors about passwords."""

from fastauth.domain.errors import Conflict, Forbidden, Unauthenticated, Unavailable


class InvalidCredentials(Unauthenticated):
    """The username and password do not allow a log-in. The reason is deliberately not disclosed."""

    code = "invalid_credentials"
    detail = "Username or password is wrong"


class WrongPassword(Forbidden):
    """The current password given by a logged-in user is wrong."""

    code = "wrong_password"
    detail = "The current password is wrong"


class PasswordExists(Conflict):
    """The account has a password. Only a user who enters it may replace it."""

    code = "password_exists"
    detail = "The account has a password already: change it instead"


class NoPassword(Conflict):
    """The account has no password to change or to remove."""

    code = "no_password"
    detail = "The account has no password"


class LastCredential(Conflict):
    """Without this credential no log-in to the account is possible."""

    code = "last_credential"
    detail = "This is the last way to log in to the account: add another one first"


class HashingOverloaded(Unavailable):
    """More passwords wait to be hashed than can be hashed in time."""

    code = "overloaded"
    detail = "Too many requests are waiting. Nothing was stored."

"""Errors about accounts."""

from fastauth.domain.errors import Conflict, Forbidden, NotFound


class UserNotFound(NotFound):
    """No account has this username or id."""

    code = "user_not_found"
    detail = "No such user"


class RegistrationClosed(Forbidden):
    """The registration mode does not permit this registration."""

    code = "registration_closed"
    detail = "Accounts cannot be registered here without an invitation, or not at all."


class UsernameTaken(Conflict):
    """Another account has this username, in this spelling or another."""

    code = "username_taken"
    detail = "Username already registered"

"""Errors about accounts."""

from fastauth.domain.errors import Conflict, NotFound


class UserNotFound(NotFound):
    """No account has this username."""

    code = "user_not_found"
    detail = "No such user"


class UsernameTaken(Conflict):
    """Another account has this username, in this spelling or another."""

    code = "username_taken"
    detail = "Username already registered"

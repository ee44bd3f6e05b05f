"""Errors about accounts."""

from fastauth.domain.errors import Conflict, NotFound


class UserNotFound(NotFound):
    """Nobody goes by this name."""

    code = "user_not_found"
    detail = "No such user"


class UsernameTaken(Conflict):
    """Somebody else already goes by this name, in this spelling or in another."""

    code = "username_taken"
    detail = "Username already registered"

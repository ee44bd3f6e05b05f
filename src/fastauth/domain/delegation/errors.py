"""Errors about the rules of delegation."""

from fastauth.domain.errors import Conflict, Forbidden


class PermissionNotHeld(Forbidden):
    """The caller would give a permission that they do not have."""

    code = "permission_not_held"
    detail = "The caller does not have every permission that this would give"


class OwnAccount(Forbidden):
    """The caller acts on their own account in a way that needs another administrator."""

    code = "own_account"
    detail = "Another administrator must do this: the account is that of the caller"


class MorePrivileged(Forbidden):
    """The account or the role has permissions that the caller does not have."""

    code = "more_privileged"
    detail = "The account has permissions that the caller does not have"


class LastAdministrator(Conflict):
    """No enabled account would be left with the role ``admin``."""

    code = "last_administrator"
    detail = "No other enabled account has the role admin"

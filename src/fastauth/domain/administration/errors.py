"""Errors about acts of administrators."""

from fastauth.domain.errors import Conflict


class BuiltInRole(Conflict):
    """The service defines this role."""

    code = "built_in_role"
    detail = "A built-in role cannot be changed or deleted"


class NoVerifiedAddress(Conflict):
    """The account has no verified e-mail address."""

    code = "no_verified_address"
    detail = "The account has no verified e-mail address"


class UserDisabled(Conflict):
    """The account is disabled."""

    code = "user_disabled"
    detail = "The account is disabled"

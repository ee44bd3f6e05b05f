"""Errors about permissions."""

from fastauth.domain.errors import Forbidden


class NotPermitted(Forbidden):
    """The caller lacks a permission."""

    code = "not_permitted"
    detail = "The caller does not have the permission that this needs"

    def __init__(self, permission: str | None = None) -> None:
        """Create the error; `permission` is what the caller lacks, if one permission would do."""
        super().__init__()
        self.permission = permission

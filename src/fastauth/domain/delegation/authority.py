"""The rules of delegation: what a principal may give, and on which accounts they may act (ADR 0051)."""

from collections.abc import Iterable
from dataclasses import dataclass

from fastauth.domain.accounts.user import UserId
from fastauth.domain.delegation.errors import MorePrivileged, OwnAccount, PermissionNotHeld
from fastauth.domain.roles.role import ADMIN


@dataclass(frozen=True, slots=True)
class Authority:
    """What the acting principal holds at the moment of the act."""

    permissions: frozenset[str]
    user_id: UserId | None = None
    """The user who acts, or the owner of the API key that acts; ``None`` for a client."""

    def covers(self, permissions: Iterable[str]) -> bool:
        """Return whether these permissions are within the authority.

        A holder of every permission of the service, which only the role ``admin`` gives, covers all
        permissions of other services too: a token has no room for every role of an installation. All
        others cover what they hold.
        """
        return ADMIN.permissions <= self.permissions or self.permissions.issuperset(permissions)

    def check_may_give(self, permissions: Iterable[str]) -> None:
        """Return if the authority covers what is given.

        Raises:
            PermissionNotHeld: It does not.
        """
        if not self.covers(permissions):
            raise PermissionNotHeld

    def check_may_change(self, user_id: UserId, permissions: Iterable[str]) -> None:
        """Return if the account of another user, who holds `permissions`, may be changed.

        Raises:
            OwnAccount: It is the account of the acting principal.
            MorePrivileged: The user holds more than the acting principal.
        """
        if user_id == self.user_id:
            raise OwnAccount
        if not self.covers(permissions):
            raise MorePrivileged

"""Ports to stored roles and to the roles of users."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from fastauth.domain.accounts.user import UserId
from fastauth.domain.roles.role import Grants, Role
from fastauth.domain.roles.role_changes import RoleChanges


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRole:
    """A role that a user has."""

    role: str
    granted_at: datetime
    granted_by: UserId | None = None
    """The user who granted it; ``None`` stands for an operator."""


class RoleRepository(Protocol):
    """Roles, and who has them. Changes are made in a transaction that has called `lock`."""

    async def lock(self) -> None:
        """Wait until no other transaction changes roles. The lock ends with the transaction."""

    async def load(self) -> tuple[Role, ...]:
        """Return all roles, built-in ones too, in the order of their names."""

    async def apply(self, changes: RoleChanges, *, now: datetime) -> None:
        """Add, replace and remove roles. No user may have a role that is removed."""

    async def held(self, names: Collection[str]) -> tuple[str, ...]:
        """Return those of the roles that at least one user has."""

    async def combinations(self, names: Collection[str]) -> list[frozenset[str]]:
        """Return each different set of roles of a user who has one of `names`."""

    async def of_user(self, user_id: UserId) -> tuple[UserRole, ...]:
        """Return the roles of a user, in the order of their names."""

    async def grants_of(self, user_id: UserId) -> Grants:
        """Return the roles of a user and their permissions."""

    async def without_second_factor(self, *, limit: int) -> list[str]:
        """Return usernames of enabled accounts with a permission of the service and no second factor.

        They are sorted, and at most `limit`.
        """

    async def is_last_administrator(self, user_id: UserId) -> bool:
        """Return whether this user has the role ``admin``, and no other enabled account has it.

        Only this role gives all permissions of the service: roles of an installation contain none of them.
        """

    async def holders(self, permission: str, *, limit: int) -> list[UserId]:
        """Return at most `limit` enabled accounts with a permission, the oldest first."""

    async def grant(self, user_id: UserId, granted: UserRole) -> bool:
        """Give a user a role; return whether the user did not have it."""

    async def revoke(self, user_id: UserId, role: str) -> bool:
        """Take a role from a user; return whether the user had it."""

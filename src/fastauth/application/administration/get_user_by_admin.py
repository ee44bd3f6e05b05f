"""Get the account of a user."""

from dataclasses import dataclass
from datetime import datetime

from fastauth.application.accounts.get_user import AccountDetails, AccountReader
from fastauth.application.second_factors.get_second_factors import GetSecondFactors, SecondFactors
from fastauth.domain.accounts.errors import UserNotFound
from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.accounts.user import UserId
from fastauth.domain.personal_data.ports import ErasureRepository
from fastauth.domain.principals.principal import Principal
from fastauth.domain.roles.permissions import READ_USERS
from fastauth.domain.roles.ports import RoleRepository, UserRole


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagedUser:
    """An account as an administrator sees it: no secret, and nothing that one could be computed from."""

    details: AccountDetails
    factors: SecondFactors
    roles: tuple[UserRole, ...]
    permissions: tuple[str, ...]
    """Those of all roles, sorted."""
    erase_at: datetime | None
    """When a closing account is to be erased; ``None`` for an account that is not closing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GetUserByAdmin:
    """Return an account with its addresses, its factors, its roles and its newest sessions."""

    users: UserRepository
    roles: RoleRepository
    accounts: AccountReader
    second_factors: GetSecondFactors
    erasures: ErasureRepository

    async def __call__(self, *, acting: Principal, user_id: UserId) -> ManagedUser:
        """Return the account.

        Raises:
            NotPermitted: `acting` lacks ``fastauth:users.read``.
            UserNotFound: No account has this id.
            StorageUnavailable: Try again later.
        """
        acting.require(READ_USERS)
        user = await self.users.get(user_id)
        if user is None:
            raise UserNotFound
        grants = await self.roles.grants_of(user_id)
        erasure = await self.erasures.find(user_id)
        return ManagedUser(
            details=await self.accounts.read(user),
            factors=await self.second_factors(user=user),
            roles=await self.roles.of_user(user_id),
            permissions=grants.permissions,
            erase_at=erasure.erase_at if erasure and erasure.erased_at is None else None,
        )

"""Tell whether an account must add a second factor."""

from dataclasses import dataclass

from fastauth.domain.accounts.user import User
from fastauth.domain.roles.ports import RoleRepository
from fastauth.domain.sessions.second_factor_policy import SecondFactorPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class MustEnrol:
    """Return whether an account lacks a second factor that it must have."""

    roles: RoleRepository
    policy: SecondFactorPolicy

    async def __call__(self, *, user: User) -> bool:
        """Read the roles of the account only if they matter.

        Raises:
            StorageUnavailable: Try again later.
        """
        if user.has_second_factor or self.policy is SecondFactorPolicy.OPTIONAL:
            return False
        return self.policy.requires(await self.roles.grants_of(user.id))

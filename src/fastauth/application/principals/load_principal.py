"""Load the principal of an authenticated user."""

from dataclasses import dataclass

from fastauth.domain.principals.principal import Principal, PrincipalKind
from fastauth.domain.roles.ports import RoleRepository
from fastauth.domain.sessions.assurance import acr_of
from fastauth.domain.sessions.second_factor_policy import SecondFactorPolicy
from fastauth.domain.sessions.session import AuthenticatedUser


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadPrincipal:
    """Return the principal of a session, whichever way the session authenticated the request."""

    roles: RoleRepository
    policy: SecondFactorPolicy

    async def __call__(self, *, caller: AuthenticatedUser) -> Principal:
        """Return the principal with the permissions that the user has now.

        Permissions of the service itself need a session with two factors if the account has a second factor,
        or if the policy demands one.

        Raises:
            StorageUnavailable: Try again later.
        """
        grants = await self.roles.grants_of(caller.user.id)
        policy = self.policy.at_least_for(has_second_factor=caller.user.has_second_factor)
        counted = frozenset(policy.limit_grants(grants, acr=acr_of(caller.session.methods)).permissions)
        return Principal(
            kind=PrincipalKind.USER,
            permissions=counted,
            withheld=frozenset(grants.permissions) - counted,
            user_id=caller.user.id,
            session=caller,
        )

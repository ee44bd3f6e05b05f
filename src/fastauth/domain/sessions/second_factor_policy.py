"""Which accounts must have a second factor, and what is withheld from an account without one."""

from dataclasses import replace
from enum import StrEnum

from fastauth.domain.roles.role import NO_GRANTS, OWN_PREFIX, Grants
from fastauth.domain.sessions.access_token import AccessClaims
from fastauth.domain.sessions.assurance import ONE_FACTOR


class SecondFactorPolicy(StrEnum):
    """Which accounts must have a second factor."""

    OPTIONAL = "optional"
    ROLES = "roles"
    """Accounts with a permission of the service itself, which begins with `OWN_PREFIX`."""
    REQUIRED = "required"
    """All accounts."""

    def requires(self, grants: Grants) -> bool:
        """Return whether a user with these grants must have a second factor."""
        if self is SecondFactorPolicy.ROLES:
            return any(map(_is_own, grants.permissions))
        return self is SecondFactorPolicy.REQUIRED

    def limit(self, claims: AccessClaims) -> AccessClaims:
        """Return the claims without what needs an authentication by two factors, if there was but one.

        `ROLES` leaves out permissions of the service itself, `REQUIRED` all roles and permissions. The level
        of the session decides and not the account: so it costs no statement, and a session that began before
        the factor was added gains nothing until it has stepped up.
        """
        return replace(claims, grants=self.limit_grants(claims.grants, acr=claims.acr))

    def limit_grants(self, grants: Grants, *, acr: str) -> Grants:
        """Return what of `grants` counts in a session of the level `acr`. See `limit`."""
        if self is SecondFactorPolicy.OPTIONAL or acr != ONE_FACTOR:
            return grants
        if self is SecondFactorPolicy.REQUIRED:
            return NO_GRANTS
        return Grants(grants.roles, tuple(each for each in grants.permissions if not _is_own(each)))

    def at_least_for(self, *, has_second_factor: bool) -> "SecondFactorPolicy":
        """Return the policy for one account: one with a second factor has to use it, as under `ROLES`."""
        if has_second_factor and self is SecondFactorPolicy.OPTIONAL:
            return SecondFactorPolicy.ROLES
        return self


def _is_own(permission: str) -> bool:
    return permission.startswith(OWN_PREFIX)

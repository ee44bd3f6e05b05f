"""Who must have a second factor, and what an account without one is kept from."""

from dataclasses import replace
from enum import StrEnum

from fastauth.domain.roles.role import NO_GRANTS, OWN_PREFIX, Grants
from fastauth.domain.sessions.access_token import AccessClaims
from fastauth.domain.sessions.assurance import PASSWORD_ONLY, acr_of

_ONE_FACTOR = acr_of(PASSWORD_ONLY)


class SecondFactorPolicy(StrEnum):
    """For whom a second factor is not a choice."""

    OPTIONAL = "optional"
    ROLES = "roles"
    """Whoever has a permission of the service itself, which begins with `OWN_PREFIX`."""
    REQUIRED = "required"
    """Everybody."""

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
        if self is SecondFactorPolicy.OPTIONAL or claims.acr != _ONE_FACTOR:
            return claims
        if self is SecondFactorPolicy.REQUIRED:
            return replace(claims, grants=NO_GRANTS)
        permissions = tuple(each for each in claims.grants.permissions if not _is_own(each))
        return replace(claims, grants=Grants(claims.grants.roles, permissions))


def _is_own(permission: str) -> bool:
    return permission.startswith(OWN_PREFIX)

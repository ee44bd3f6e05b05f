"""The principal of a request: a user, an API key or a client, with its permissions as of now."""

from dataclasses import dataclass
from enum import StrEnum

from fastauth.domain.accounts.user import UserId
from fastauth.domain.principals.errors import NotPermitted
from fastauth.domain.sessions.assurance import TWO_FACTOR_LEVELS
from fastauth.domain.sessions.errors import StepUpRequired
from fastauth.domain.sessions.session import AuthenticatedUser


class PrincipalKind(StrEnum):
    """What authenticated."""

    USER = "user"
    """A user in a session."""
    API_KEY = "api_key"
    """A program of a user, by an API key."""
    CLIENT = "client"
    """An OAuth client, for itself and not for a user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who calls. Permissions are read from the database for each request, never from the token."""

    kind: PrincipalKind
    permissions: frozenset[str]
    withheld: frozenset[str] = frozenset()
    """Permissions that the user has, but that need a session with two factors, which this one is not."""
    user_id: UserId | None = None
    """The user, or the owner of the API key; ``None`` for a client."""
    client_id: str | None = None
    key_id: str | None = None
    session: AuthenticatedUser | None = None
    """The user with the session; ``None`` unless `kind` is `PrincipalKind.USER`."""

    def require(self, permission: str) -> None:
        """Return if the principal has `permission`.

        Raises:
            StepUpRequired: The user has it, but must authenticate by two factors first.
            NotPermitted: The principal lacks it.
        """
        if permission in self.permissions:
            return
        if permission in self.withheld:
            raise StepUpRequired(*TWO_FACTOR_LEVELS)
        raise NotPermitted(permission)

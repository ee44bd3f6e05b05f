"""The sender of a request."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Actor:
    """A party that acts for the subject (RFC 8693, section 4.1)."""

    subject: str
    actor: "Actor | None" = None
    """The actor before, if the token was exchanged more than once."""


@dataclass(frozen=True, slots=True, repr=False)
class Caller:
    """The content of a valid access token."""

    subject: str
    """The id of the account, which never changes and is never given to another account; the id of a client
    that acts for itself."""
    session: str | None
    """The session: all tokens from one log-in have the same. `key:` and the id of an API key; `None` for a
    client that acts for itself."""
    client: str
    roles: frozenset[str]
    permissions: frozenset[str]
    scope: frozenset[str]
    acr: str
    """The authentication context class, such as `aal2`; empty if the token does not say."""
    amr: tuple[str, ...]
    """The methods of authentication, such as `pwd` (RFC 8176)."""
    authenticated_at: datetime
    """When the user authenticated; when the token was issued, if it does not say."""
    expires_at: datetime
    actor: Actor | None
    claims: Mapping[str, object]
    """All claims, read-only."""

    def __repr__(self) -> str:
        return f"Caller(subject={self.subject!r}, session={self.session!r}, client={self.client!r})"

    @property
    def is_client(self) -> bool:
        """Whether a client acts for itself: there is no user."""
        return self.subject == self.client

    @property
    def granted(self) -> frozenset[str]:
        """What the token grants: its scope if it has one, else its permissions."""
        return self.scope if "scope" in self.claims else self.permissions

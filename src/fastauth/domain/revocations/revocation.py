"""Revocations: what makes access tokens invalid before they expire."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from fastauth.domain.accounts.user import UserId

MAX_CLOCK_AND_TRANSACTION = timedelta(seconds=10)
"""How much later than its time a revocation may become visible.

A transaction lasts at most 5 seconds, and the clocks of two processes differ by at most 5 seconds."""

MARGIN = timedelta(seconds=60)
"""How much longer than the life of an access token a revocation is in the feed."""

PAGE_SIZE = 1_000
"""Revocations in one answer."""


class RevocationKind(StrEnum):
    """The claim or header parameter by which tokens are recognised."""

    SESSION = "sid"
    """All tokens of a session."""
    USER = "sub"
    """Those tokens of a user that were issued no later than the revocation."""
    TOKEN = "jti"  # noqa: S105  the name of a claim
    """One token."""
    KEY = "kid"
    """All tokens that a key has signed."""
    CLIENT = "client"
    """Those tokens of a client that were issued no later than the revocation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenIdentity:
    """That of an access token by which a revocation recognises it."""

    id: str
    """The claim ``jti``."""
    subject: str
    client_id: str
    session_id: str | None
    issued_at: datetime


@dataclass(frozen=True, slots=True, order=True)
class Revocation:
    """Tokens that are no longer valid. The order is that of the feed."""

    at: datetime
    kind: RevocationKind
    value: str

    def concerns(self, token: TokenIdentity) -> bool:
        """Return whether a token is revoked by this. `RevocationKind.KEY` is known by its header alone."""
        match self.kind:
            case RevocationKind.TOKEN:
                return self.value == token.id
            case RevocationKind.SESSION:
                return self.value == token.session_id
            case RevocationKind.USER:
                return self.value == token.subject and token.issued_at <= self.at
            case RevocationKind.CLIENT:
                return self.value == token.client_id and token.issued_at <= self.at
            case RevocationKind.KEY:
                return False

    @classmethod
    def of_user(cls, user_id: UserId, *, at: datetime) -> "Revocation":
        """Return the revocation of all tokens of a user until `at`."""
        return cls(at, RevocationKind.USER, str(user_id))

    @classmethod
    def of_client(cls, client_id: str, *, at: datetime) -> "Revocation":
        """Return the revocation of all tokens of a client until `at`."""
        return cls(at, RevocationKind.CLIENT, client_id)

    @classmethod
    def of_key(cls, kid: str, *, at: datetime) -> "Revocation":
        """Return the revocation of all tokens that a key has signed."""
        return cls(at, RevocationKind.KEY, kid)

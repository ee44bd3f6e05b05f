"""Ports that write revocations and read them."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from fastauth.domain.revocations.revocation import Revocation, TokenIdentity


class RevocationLog(Protocol):
    """Writes revocations.

    The end of a session is not written here: the feed reads it from the stored session. The repository of
    sessions itself writes the end of all sessions of a user.
    """

    async def add(self, revocation: Revocation) -> None:
        """Store a revocation."""

    async def add_for_roles(self, roles: Collection[str], *, at: datetime) -> None:
        """Store a revocation of each user who has one of `roles`."""


class RevocationReader(Protocol):
    """Reads what was revoked: ended sessions, and what a `RevocationLog` has written."""

    async def read(
        self, *, since: datetime, after: Revocation | None = None, limit: int | None = None
    ) -> list[Revocation]:
        """Return the revocations later than `since`, in their order; with `after` those behind it."""

    async def token_ids(self, *, since: datetime) -> frozenset[str]:
        """Return the ids of tokens that were revoked one by one later than `since`."""

    async def is_revoked(self, token: TokenIdentity, *, since: datetime) -> bool:
        """Return whether a revocation later than `since` concerns a token. Ended sessions do not count."""

"""Ports that write revocations and read them."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from fastauth.domain.revocations.revocation import Revocation


class RevocationLog(Protocol):
    """Writes revocations.

    The end of a session is not written here: the stored session tells it. The repository of sessions itself
    writes the end of all sessions of a user.
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

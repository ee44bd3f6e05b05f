"""The port to stored invitations."""

from datetime import datetime
from typing import Protocol

from fastauth.domain.invitations.invitation import Invitation, InvitationId, NewInvitation


class InvitationRepository(Protocol):
    """Invitations that were neither accepted nor withdrawn."""

    async def add(self, new: NewInvitation) -> Invitation:
        """Store an invitation."""

    async def find(self, invitation_id: InvitationId, *, now: datetime) -> Invitation | None:
        """Return an invitation that has not expired."""

    async def take(self, invitation_id: InvitationId, *, now: datetime) -> Invitation | None:
        """Delete and return an invitation that has not expired. Of concurrent calls one gets it."""

    async def remove(self, invitation_id: InvitationId) -> bool:
        """Delete an invitation; return whether there was one."""

    async def page(self, *, after: InvitationId | None, now: datetime, limit: int) -> list[Invitation]:
        """Return up to `limit` invitations behind `after` that have not expired, in order of their ids."""

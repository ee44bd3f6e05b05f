"""Invitations in memory."""

from dataclasses import fields
from datetime import datetime

from tests.fakes.storage import FakeStorage

from fastauth.domain.invitations.invitation import Invitation, InvitationId, NewInvitation


class FakeInvitationRepository:
    def __init__(self, storage: FakeStorage | None = None) -> None:
        self.storage = storage or FakeStorage()

    async def add(self, new: NewInvitation) -> Invitation:
        self.storage.last_invitation += 1
        number = InvitationId(self.storage.last_invitation)
        values = {each.name: getattr(new, each.name) for each in fields(NewInvitation)}
        self.storage.invitations[number] = Invitation(id=number, **values)
        return self.storage.invitations[number]

    async def find(self, invitation_id: InvitationId, *, now: datetime) -> Invitation | None:
        found = self.storage.invitations.get(invitation_id)
        return found if found and found.expires_at > now else None

    async def take(self, invitation_id: InvitationId, *, now: datetime) -> Invitation | None:
        found = await self.find(invitation_id, now=now)
        if found:
            del self.storage.invitations[invitation_id]
        return found

    async def remove(self, invitation_id: InvitationId) -> bool:
        return self.storage.invitations.pop(invitation_id, None) is not None

    async def page(self, *, after: InvitationId | None, now: datetime, limit: int) -> list[Invitation]:
        stored = sorted(self.storage.invitations.items())
        return [each for number, each in stored if number > (after or 0) and each.expires_at > now][:limit]

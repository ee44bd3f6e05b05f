"""Take a role from a user; all use cases that do so share this code."""

from datetime import datetime

from fastauth.domain.accounts.user import UserId
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.revocations.revocation import Revocation
from fastauth.domain.roles.errors import RoleNotFound
from fastauth.domain.unit_of_work import Transaction


async def revoke(transaction: Transaction, user_id: UserId, role: str, *, now: datetime) -> None:
    """Take a role from a user, and revoke the access tokens that carry it.

    Raises:
        RoleNotFound: The user does not have a role with this name.
    """
    if not await transaction.roles.revoke(user_id, role):
        raise RoleNotFound
    await transaction.events.record(
        Event(type=EventType.ROLE_REVOKED, occurred_at=now, user_id=user_id, detail=role)
    )
    await transaction.revocations.add(Revocation.of_user(user_id, at=now))

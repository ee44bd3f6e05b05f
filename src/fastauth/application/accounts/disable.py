"""Disable an account, for an operator or an administrator."""

from datetime import datetime

from fastauth.domain.accounts.user import User
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.revocations.revocation import Revocation
from fastauth.domain.unit_of_work import Transaction


async def disable(transaction: Transaction, user: User, *, now: datetime) -> None:
    """Disable an account and end its sessions, under the lock of the roles. A disabled one stays as it is.

    All its access tokens are revoked as well: those of an API key belong to no session that ends. The caller
    revokes them again after the commit: see `SecondRevocation`.
    """
    await transaction.users.set_disabled(user.id, user.disabled_at or now)
    await transaction.erasures.note_disabled(user.id, now=now)  # so that its owner does not enable it
    await transaction.sessions.revoke_all(user.id, now=now)
    await transaction.revocations.add(Revocation.of_user(user.id, at=now))
    await transaction.events.record(Event(type=EventType.USER_DISABLED, occurred_at=now, user_id=user.id))

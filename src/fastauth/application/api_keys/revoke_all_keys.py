"""Revoke all API keys of an account, within a transaction of the caller."""

from datetime import datetime

from fastauth.domain.accounts.user import UserId
from fastauth.domain.api_keys.api_key import access_ended
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.unit_of_work import Transaction


async def revoke_all_keys(transaction: Transaction, user_id: UserId, *, now: datetime) -> None:
    """End the valid keys of an account and their access tokens, and record an event for each."""
    for id_ in await transaction.api_keys.revoke_all(user_id, now=now):
        await transaction.revocations.add(access_ended(id_, at=now))
        await transaction.events.record(
            Event(type=EventType.API_KEY_REVOKED, occurred_at=now, user_id=user_id, detail=id_)
        )

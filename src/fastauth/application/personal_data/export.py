"""Export the personal data of an account, for its owner or an operator."""

from datetime import datetime

from fastauth.domain.accounts.errors import UserNotFound
from fastauth.domain.accounts.user import UserId
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.personal_data.export import Export
from fastauth.domain.sessions.session import SessionId
from fastauth.domain.unit_of_work import Transaction


async def export(
    transaction: Transaction, user_id: UserId, *, now: datetime, session_id: SessionId | None = None
) -> Export:
    """Record that the data of a person leaves the service, and return them.

    Raises:
        UserNotFound: The account was erased meanwhile.
    """
    if await transaction.users.get(user_id) is None:
        raise UserNotFound
    await transaction.events.record(
        Event(type=EventType.DATA_EXPORTED, occurred_at=now, user_id=user_id, session_id=session_id)
    )
    return Export(exported_at=now, user_id=user_id, tables=await transaction.personal_data.read(user_id))

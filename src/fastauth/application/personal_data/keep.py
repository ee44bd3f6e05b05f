"""Keep a closed account; all use cases that do so share this code."""

from datetime import datetime

from fastauth.domain.accounts.user import UserId
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.one_time_tokens.token import Purpose
from fastauth.domain.personal_data.erasure import ErasureNotFound
from fastauth.domain.unit_of_work import Transaction


async def keep(transaction: Transaction, user_id: UserId, *, now: datetime) -> None:
    """Undo the request to erase an account. An account that an operator had disabled stays disabled.

    Raises:
        ErasureNotFound: The account is not closing, or was erased.
    """
    await transaction.roles.lock()  # no administrator disables the account between the two statements
    withdrawn = await transaction.erasures.withdraw(user_id)
    if withdrawn is None:
        raise ErasureNotFound
    await transaction.users.set_disabled(user_id, withdrawn.disabled_before)
    await transaction.one_time_tokens.withdraw(user_id, purposes={Purpose.UNDO_ERASURE})
    await transaction.events.record(Event(type=EventType.ERASURE_CANCELLED, occurred_at=now, user_id=user_id))

"""Remove lost factors, for an operator or an administrator."""

from datetime import datetime

from fastauth.application.second_factors.factor_changes import FactorChanges
from fastauth.domain.accounts.user import UserId
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.passwords.errors import NoPassword
from fastauth.domain.unit_of_work import Transaction


async def reset_factors(
    transaction: Transaction, user_id: UserId, *, changes: FactorChanges, now: datetime
) -> None:
    """Remove the factors of an account, and end its sessions.

    Raises:
        NoPassword: The account has no password: without its passkeys no log-in is possible.
    """
    await transaction.second_factors.lock(user_id)
    if await transaction.second_factors.remove_totp(user_id):
        await transaction.events.record(Event(type=EventType.TOTP_REMOVED, occurred_at=now, user_id=user_id))
    await _remove_passkeys(transaction, user_id, now)
    await changes.removed(transaction, user_id, now=now)
    await transaction.sessions.revoke_all(user_id, now=now)


async def _remove_passkeys(transaction: Transaction, user_id: UserId, now: datetime) -> None:
    passkeys = await transaction.passkeys.of_user(user_id)
    if passkeys and not (await transaction.passwords.get(user_id)).is_usable:
        raise NoPassword
    for passkey in passkeys:
        await transaction.passkeys.remove(user_id, passkey.id)
        await transaction.events.record(
            Event(type=EventType.PASSKEY_REMOVED, occurred_at=now, user_id=user_id, detail=passkey.id)
        )

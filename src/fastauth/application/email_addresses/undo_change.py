"""Undo the change of an e-mail address."""

from dataclasses import dataclass

from fastauth.application.api_keys.revoke_all_keys import revoke_all_keys
from fastauth.application.mail.mailed_token import consume_mailed_token
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.clock import Clock
from fastauth.domain.one_time_tokens.errors import InvalidLink
from fastauth.domain.one_time_tokens.token import ALL_BUT_UNDO, OneTimeTokenCodec, Purpose
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoAddressChange:
    """Put a replaced address back, end all sessions of the account and revoke its API keys.

    The address may have been changed by an attacker, who has a session and may have made a key. This gives no
    access by itself: the owner logs in, or requests a reset of the password.
    """

    tokens: OneTimeTokenCodec
    unit_of_work: UnitOfWork
    clock: Clock

    async def __call__(self, *, token: str) -> None:
        """Undo the change.

        Raises:
            InvalidLink: The token is not valid, or the change was undone or is more than 7 days ago.
            EmailTaken: Another account has verified the address since.
            StorageUnavailable: Try again later.
        """
        purpose, codec, now = Purpose.UNDO_EMAIL, self.tokens, self.clock.now()
        async with self.unit_of_work.begin() as transaction:
            user_id, used = await consume_mailed_token(transaction, token, purpose, codec=codec, now=now)
            # Before the change: the notice goes to the address that is verified until then.
            undone = Event(type=EventType.EMAIL_CHANGE_UNDONE, occurred_at=now, user_id=user_id)
            await transaction.events.record(undone)
            if not await transaction.email_addresses.undo(user_id, old_key=used.subject, now=now):
                raise InvalidLink
            await transaction.sessions.revoke_all(user_id, now=now)
            await revoke_all_keys(transaction, user_id, now=now)
            await transaction.one_time_tokens.withdraw(user_id, purposes=ALL_BUT_UNDO)
            await transaction.commit()

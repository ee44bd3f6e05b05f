"""Keep an account that was to be erased."""

from dataclasses import dataclass
from datetime import datetime

from fastauth.application.mail.mailed_token import consume_mailed_token
from fastauth.domain.accounts.user import UserId
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.clock import Clock
from fastauth.domain.one_time_tokens.errors import InvalidLink
from fastauth.domain.one_time_tokens.token import OneTimeTokenCodec, Purpose
from fastauth.domain.personal_data.erasure import ErasureNotFound
from fastauth.domain.unit_of_work import Transaction, UnitOfWork


async def keep(transaction: Transaction, user_id: UserId, *, now: datetime) -> None:
    """Undo the request to erase an account. An account that an operator had disabled stays disabled.

    Raises:
        ErasureNotFound: The account is not closing, or was erased.
    """
    await transaction.roles.lock()  # nobody disables the account between the two statements
    withdrawn = await transaction.erasures.withdraw(user_id)
    if withdrawn is None:
        raise ErasureNotFound
    await transaction.users.set_disabled(user_id, withdrawn.disabled_before)
    await transaction.one_time_tokens.withdraw(user_id, purposes={Purpose.UNDO_ERASURE})
    await transaction.events.record(Event(type=EventType.ERASURE_CANCELLED, occurred_at=now, user_id=user_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepAccount:
    """Keep an account, by the token of the mail. It gives no access: the owner logs in afterwards."""

    tokens: OneTimeTokenCodec
    unit_of_work: UnitOfWork
    clock: Clock

    async def __call__(self, *, token: str) -> None:
        """Undo the request.

        Raises:
            InvalidLink: The token is not valid, or the account was kept or erased.
            StorageUnavailable: Try again later.
        """
        purpose, codec, now = Purpose.UNDO_ERASURE, self.tokens, self.clock.now()
        async with self.unit_of_work.begin() as transaction:
            user_id, _ = await consume_mailed_token(transaction, token, purpose, codec=codec, now=now)
            try:
                await keep(transaction, user_id, now=now)
            except ErasureNotFound:
                raise InvalidLink from None
            await transaction.commit()

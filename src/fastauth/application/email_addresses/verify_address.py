"""Verify the e-mail address of the caller."""

from dataclasses import dataclass

from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.clock import Clock
from fastauth.domain.email_addresses.record import AddressRecord
from fastauth.domain.one_time_tokens.errors import InvalidLink
from fastauth.domain.one_time_tokens.token import (
    ALL_BUT_UNDO,
    PROOFS_OF_ADDRESS,
    OneTimeToken,
    OneTimeTokenCodec,
)
from fastauth.domain.sessions.session import AuthenticatedUser
from fastauth.domain.unit_of_work import Transaction, UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyAddress:
    """Verify the caller's pending address.

    It needs the token of the mail and a session of the account. So a person who receives a mail that a
    stranger caused cannot verify their address for the stranger by a click.
    """

    tokens: OneTimeTokenCodec
    unit_of_work: UnitOfWork
    clock: Clock

    async def __call__(self, *, caller: AuthenticatedUser, token: str) -> AddressRecord:
        """Return the verified address.

        Raises:
            InvalidLink: The token is not valid for this account. It is not consumed.
            EmailTaken: Another account has verified the address, or has it as its username.
            StorageUnavailable: Try again later.
        """
        now, user = self.clock.now(), caller.user
        async with self.unit_of_work.begin() as transaction:
            used = await self._consume(transaction, caller, token)
            former = (await transaction.email_addresses.of_user(user.id)).verified
            event_type = EventType.EMAIL_CHANGED if former else EventType.EMAIL_VERIFIED
            await transaction.events.record(Event.in_session(event_type, caller.session, at=now))
            verified = await transaction.email_addresses.verify(user.id, used.subject, now=now)
            if verified is None:
                raise InvalidLink
            await transaction.one_time_tokens.withdraw(user.id, purposes=ALL_BUT_UNDO)
            await transaction.commit()
        return verified

    async def _consume(self, transaction: Transaction, caller: AuthenticatedUser, token: str) -> OneTimeToken:
        for purpose in PROOFS_OF_ADDRESS:
            digests = self.tokens.digests(purpose, token)
            used = await transaction.one_time_tokens.consume(digests, purpose=purpose, now=self.clock.now())
            if used and used.user_id == caller.user.id:
                return used
        raise InvalidLink

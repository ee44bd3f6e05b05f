"""Change the e-mail address of the caller."""

from dataclasses import dataclass

from fastauth.application.mail.deadlines import VERIFICATION_MAIL_DEADLINE
from fastauth.application.rate_limits.mail_limiter import MailLimiter
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.clock import Clock
from fastauth.domain.email_addresses.address import AddressProfile, EmailAddress
from fastauth.domain.one_time_tokens.token import PROOFS_OF_ADDRESS
from fastauth.domain.outbox.message import OutboxKind
from fastauth.domain.sessions.session import AuthenticatedUser
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAddress:
    """Store a pending address, and send it a token.

    The verified address is not replaced before the token is used. An earlier pending address is replaced.
    """

    address_profile: AddressProfile
    limiter: MailLimiter
    unit_of_work: UnitOfWork
    clock: Clock

    async def __call__(self, *, caller: AuthenticatedUser, email: str) -> None:
        """Store the address.

        Raises:
            StepUpRequired: The session was not authenticated recently, or not by all factors.
            InvalidInput: It is not an address.
            TooManyRequests: The account has changed its address too often.
            StorageUnavailable: Try again later.
        """
        now, user = self.clock.now(), caller.user
        caller.check_recent_authentication(now)
        address = EmailAddress.parse(email, self.address_profile)
        await self.limiter.check_address_change(user.id)
        async with self.unit_of_work.begin() as transaction:
            await transaction.email_addresses.add_pending(user.id, address, now=now)
            await transaction.one_time_tokens.withdraw(user.id, purposes=PROOFS_OF_ADDRESS)
            await transaction.events.record(Event.in_session(EventType.EMAIL_ADDED, caller.session, at=now))
            await transaction.outbox.add(
                OutboxKind.VERIFICATION,
                {},
                user_id=user.id,
                now=now,
                expires_at=now + VERIFICATION_MAIL_DEADLINE,
            )
            await transaction.commit()

"""Remove the e-mail address of the caller."""

from dataclasses import dataclass

from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.clock import Clock
from fastauth.domain.one_time_tokens.token import ALL_BUT_UNDO
from fastauth.domain.sessions.session import AuthenticatedUser
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveAddress:
    """Remove the verified address and the pending one. The verified one gets a link that puts it back."""

    unit_of_work: UnitOfWork
    clock: Clock

    async def __call__(self, *, caller: AuthenticatedUser) -> None:
        """Remove the addresses. An account without one stays as it is.

        Raises:
            StepUpRequired: The session was not authenticated recently, or not by all factors.
            StorageUnavailable: Try again later.
        """
        now, user = self.clock.now(), caller.user
        caller.check_recent_authentication(now)
        async with self.unit_of_work.begin() as transaction:
            addresses = await transaction.email_addresses.of_user(user.id)
            if addresses.verified:
                await transaction.events.record(
                    Event.in_session(EventType.EMAIL_REMOVED, caller.session, at=now)
                )
            await transaction.email_addresses.remove(user.id, now=now)
            await transaction.one_time_tokens.withdraw(user.id, purposes=ALL_BUT_UNDO)
            await transaction.commit()

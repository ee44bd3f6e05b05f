"""Remove the TOTP factor of the caller."""

from dataclasses import dataclass

from fastauth.application.rate_limits.mail_limiter import MailLimiter
from fastauth.application.second_factors.factor_changes import FactorChanges
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.clock import Clock
from fastauth.domain.sessions.session import AuthenticatedUser
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveTotp:
    """Remove the secret, confirmed or not. If it was the last factor, a password alone is enough again."""

    unit_of_work: UnitOfWork
    limiter: MailLimiter
    changes: FactorChanges
    clock: Clock

    async def __call__(self, *, caller: AuthenticatedUser) -> None:
        """Remove the factor. An account without one stays as it is.

        Raises:
            StepUpRequired: The session was not authenticated recently, or not by all factors.
            TooManyRequests: The account has changed its factors too often.
            StorageUnavailable: The factor may or may not have been removed.
        """
        now, user = self.clock.now(), caller.user
        caller.check_recent_authentication(now)
        await self.limiter.check_factor_change(user.id)
        async with self.unit_of_work.begin() as transaction:
            await transaction.second_factors.lock(user.id)
            if await transaction.second_factors.remove_totp(user.id):
                await self.changes.removed(transaction, user.id, now=now)
                await transaction.events.record(
                    Event.in_session(EventType.TOTP_REMOVED, caller.session, at=now)
                )
            await transaction.commit()

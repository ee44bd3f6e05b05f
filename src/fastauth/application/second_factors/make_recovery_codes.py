"""Give the caller new recovery codes."""

from dataclasses import dataclass

from fastauth.application.rate_limits.mail_limiter import MailLimiter
from fastauth.application.second_factors.factor_changes import FactorChanges
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.clock import Clock
from fastauth.domain.second_factors.errors import SecondFactorNotFound
from fastauth.domain.sessions.session import AuthenticatedUser
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeRecoveryCodes:
    """Store ten new recovery codes in place of all others. They are shown once."""

    unit_of_work: UnitOfWork
    limiter: MailLimiter
    changes: FactorChanges
    clock: Clock

    async def __call__(self, *, caller: AuthenticatedUser) -> tuple[str, ...]:
        """Return the codes.

        Raises:
            StepUpRequired: The session was not authenticated recently, or not by all factors.
            SecondFactorNotFound: The account has no factor that a code could replace.
            TooManyRequests: The account has changed its factors too often.
            StorageUnavailable: The earlier codes may or may not be valid.
        """
        now, user = self.clock.now(), caller.user
        caller.check_recent_authentication(now)
        if not user.has_second_factor:
            raise SecondFactorNotFound
        await self.limiter.check_factor_change(user.id)
        async with self.unit_of_work.begin() as transaction:
            await transaction.second_factors.lock(user.id)
            codes = await self.changes.new_recovery_codes(transaction, user.id, now=now)
            await transaction.events.record(
                Event.in_session(EventType.RECOVERY_CODES_MADE, caller.session, at=now)
            )
            await transaction.commit()
        return codes

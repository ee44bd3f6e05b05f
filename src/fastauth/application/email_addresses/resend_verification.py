"""Send the verification mail again."""

from dataclasses import dataclass

from fastauth.application.mail.deadlines import VERIFICATION_MAIL_DEADLINE
from fastauth.application.rate_limits.mail_limiter import MailLimiter
from fastauth.domain.clock import Clock
from fastauth.domain.outbox.message import OutboxKind
from fastauth.domain.sessions.session import AuthenticatedUser
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class ResendVerification:
    """Send another token to the caller's pending address. The one before it is no longer valid."""

    limiter: MailLimiter
    unit_of_work: UnitOfWork
    clock: Clock

    async def __call__(self, *, caller: AuthenticatedUser) -> None:
        """Queue the mail. Nothing is sent if no address is pending.

        Raises:
            TooManyRequests: The session has requested one less than a minute ago.
            StorageUnavailable: Try again later.
        """
        await self.limiter.check_resend(caller.session.id)
        now = self.clock.now()
        async with self.unit_of_work.begin() as transaction:
            await transaction.outbox.add(
                OutboxKind.VERIFICATION,
                {},
                user_id=caller.user.id,
                now=now,
                expires_at=now + VERIFICATION_MAIL_DEADLINE,
            )
            await transaction.commit()

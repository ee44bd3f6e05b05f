"""Ask for the reset of a forgotten password."""

from dataclasses import dataclass

from fastauth.application.mail.deadlines import RESET_MAIL_DEADLINE
from fastauth.application.rate_limits.mail_limiter import MailLimiter
from fastauth.domain.clock import Clock
from fastauth.domain.email_addresses.address import MAX_CODE_POINTS
from fastauth.domain.outbox.message import OutboxKind
from fastauth.domain.text import check_length, reject_surrogates
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPasswordReset:
    """Queue what a user typed who has forgotten a password.

    Whose it is, and whether there is a mail, is found out later by `SendPasswordReset`. So the work and
    the response are the same for every account and for none.
    """

    limiter: MailLimiter
    unit_of_work: UnitOfWork
    clock: Clock

    async def __call__(self, *, identifier: str, address: str) -> None:
        """Queue the request. `identifier` is a username, an e-mail address, or anything else.

        Raises:
            InvalidInput: `identifier` has more than 254 code points, or half of a surrogate pair.
            TooManyRequests: The network of `address` has reached its limit.
            StorageUnavailable: Try again later.
        """
        check_length(identifier, field="identifier", minimum=0, maximum=MAX_CODE_POINTS)
        reject_surrogates(identifier, field="identifier")
        await self.limiter.check_reset_request(address=address)
        now = self.clock.now()
        async with self.unit_of_work.begin() as transaction:
            await transaction.outbox.add(
                OutboxKind.PASSWORD_RESET,
                {"identifier": identifier},
                user_id=None,
                now=now,
                expires_at=now + RESET_MAIL_DEADLINE,
            )
            await transaction.commit()

"""Decide whether the mail of an entry may be sent now."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastauth.application.rate_limits.mail_limiter import MailLimiter
from fastauth.domain.accounts.user import UserId
from fastauth.domain.email_addresses.address import EmailAddress
from fastauth.domain.outbox.errors import Postponed
from fastauth.domain.outbox.message import OutboxEntry, OutboxKind

MailBudget = Callable[[OutboxKind], Awaitable[None]]
"""Counts a mail of the whole service; raises `Postponed` if there are too many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailQuota:
    """Count a mail for its address and its account, and then for the whole service."""

    limiter: MailLimiter
    budget: MailBudget

    async def allows(
        self, entry: OutboxEntry, to: EmailAddress, *, user_id: UserId | None, proved: bool
    ) -> bool:
        """Return whether the address and the account may get the mail.

        `proved` is whether `to` is the verified address of the account.

        An entry is counted for them at its first attempt only. So neither a retry nor a crash uses their
        limits up, and no mail is lost by that.

        Raises:
            Postponed: The service sends too much; the mail was not counted.
            StorageUnavailable: Try again later.
        """
        is_first = entry.attempts == 1
        if is_first and not await self.limiter.allows_mail(to.key, user_id=user_id, proved=proved):
            return False
        try:
            await self.budget(entry.kind)
        except Postponed:
            if is_first:
                await self.limiter.refund_mail(to.key, user_id=user_id, proved=proved)
            raise
        return True

"""Send the mail about an erasure to the last address of the account."""

from dataclasses import dataclass

from fastauth.application.mail.mail_quota import MailBudget
from fastauth.application.mail.mailer import Mailer
from fastauth.domain.mail.recipient import recipient_of
from fastauth.domain.mail.template import MailTemplate
from fastauth.domain.outbox.message import OutboxEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class SendAccountErased:
    """Send the last mail. All that it needs is in the entry, whose content is encrypted and goes with it."""

    mailer: Mailer
    budget: MailBudget

    async def __call__(self, entry: OutboxEntry) -> None:
        """Send the mail.

        Raises:
            Postponed: The service sends too much.
            MailRejected: The mail server refused it for good.
            MailUnavailable: The mail server may accept it later.
        """
        await self.budget(entry.kind)
        await self.mailer.send(
            entry,
            MailTemplate.ACCOUNT_ERASED,
            to=recipient_of(entry),
            user=None,
            locale=entry.content["locale"] or None,
            values={name: entry.content[name] for name in MailTemplate.ACCOUNT_ERASED.values},
        )

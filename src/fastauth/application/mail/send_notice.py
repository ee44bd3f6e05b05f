"""Send notices: what happened to an account."""

from dataclasses import dataclass

from fastauth.application.mail.account_of import account_of
from fastauth.application.mail.mail_quota import MailBudget
from fastauth.application.mail.mailer import Mailer
from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.mail.recipient import recipient_of
from fastauth.domain.mail.template import MailTemplate
from fastauth.domain.outbox.message import OutboxEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class SendNotice:
    """Send a notice to the address in the entry, which the account had at the time of the event.

    So an attacker who changes the address right after the password does not get the notice of either.
    """

    users: UserRepository
    mailer: Mailer
    budget: MailBudget

    async def __call__(self, entry: OutboxEntry) -> None:
        """Send the mail, unless the account is gone.

        Raises:
            Postponed: The service sends too much.
            MailRejected: The mail server refused it for good.
            MailUnavailable: The mail server may accept it later.
            StorageUnavailable: Try again later.
        """
        user = await account_of(entry, self.users)
        if user is None:
            return
        await self.budget(entry.kind)
        template = MailTemplate(entry.content["template"])
        no_link = {"link": "", "token": "", "days": ""}
        known = {**no_link, **entry.content, "username": user.username.display}
        await self.mailer.send(
            entry,
            template,
            to=recipient_of(entry),
            user=user,
            values={name: known[name] for name in template.values},
        )

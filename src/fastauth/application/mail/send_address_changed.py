"""Send an address the mail about its replacement or removal."""

from dataclasses import dataclass

from fastauth.application.mail.account_of import account_of
from fastauth.application.mail.mail_quota import MailBudget
from fastauth.application.mail.mailer import Mailer
from fastauth.application.mail.token_issuer import TokenIssuer
from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.mail.links import LinkTargets, link
from fastauth.domain.mail.recipient import recipient_of
from fastauth.domain.mail.template import MailTemplate
from fastauth.domain.one_time_tokens.token import Purpose
from fastauth.domain.outbox.message import OutboxEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class SendAddressChanged:
    """Send the link by which the reader of the address can put it back.

    A second attempt adds a token and withdraws none: the tokens of the account's addresses before this
    one must stay valid, or an attacker who changes the address twice would keep the second.
    """

    users: UserRepository
    token_issuer: TokenIssuer
    mailer: Mailer
    budget: MailBudget
    links: LinkTargets

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
        to = recipient_of(entry)
        token = await self.token_issuer.issue(Purpose.UNDO_EMAIL, user_id=user.id, subject=to.key)
        values = {
            "link": link(self.links.undo, token.text),
            "token": token.text,
            "username": user.username.display,
            "when": entry.content["when"],
            "days": str(Purpose.UNDO_EMAIL.lifetime.days),
        }
        template = MailTemplate(entry.content["template"])
        await self.mailer.send(entry, template, to=to, user=user, values=values)

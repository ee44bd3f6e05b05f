"""Send an address the mail about the closing of its account."""

from dataclasses import dataclass
from datetime import timedelta

from fastauth.application.mail.account_of import account_of
from fastauth.application.mail.mail_quota import MailBudget
from fastauth.application.mail.mailer import Mailer
from fastauth.application.mail.token_issuer import TokenIssuer
from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.clock import Clock
from fastauth.domain.mail.links import LinkTargets, link
from fastauth.domain.mail.recipient import recipient_of
from fastauth.domain.mail.template import MailTemplate, show_time
from fastauth.domain.one_time_tokens.token import Purpose
from fastauth.domain.outbox.message import OutboxEntry
from fastauth.domain.personal_data.ports import ErasureRepository


@dataclass(frozen=True, slots=True, kw_only=True)
class SendAccountClosing:
    """Send the link by which the reader of the address can keep the account.

    A second attempt adds a token and withdraws none: other addresses of the account have theirs.
    """

    users: UserRepository
    erasures: ErasureRepository
    token_issuer: TokenIssuer
    mailer: Mailer
    budget: MailBudget
    links: LinkTargets
    clock: Clock

    async def __call__(self, entry: OutboxEntry) -> None:
        """Send the mail, unless the account is gone, was kept, or is about to be erased.

        Raises:
            Postponed: The service sends too much.
            MailRejected: The mail server refused it for good.
            MailUnavailable: The mail server may accept it later.
            StorageUnavailable: Try again later.
        """
        user = await account_of(entry, self.users)
        erasure = await self.erasures.find(user.id) if user else None
        if user is None or erasure is None or erasure.erased_at:
            return
        lifetime = erasure.erase_at - self.clock.now()
        if lifetime <= timedelta(0):
            return
        await self.budget(entry.kind)
        token = await self.token_issuer.issue(Purpose.UNDO_ERASURE, user_id=user.id, lifetime=lifetime)
        await self.mailer.send(
            entry,
            MailTemplate.ACCOUNT_CLOSING,
            to=recipient_of(entry),
            user=user,
            values={
                "link": link(self.links.keep, token.text),
                "token": token.text,
                "username": user.username.display,
                "when": entry.content["when"],
                "until": show_time(erasure.erase_at),
            },
        )

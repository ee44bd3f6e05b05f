"""Send the mail that proves an address."""

from dataclasses import dataclass

from fastauth.application.mail.account_of import account_of
from fastauth.application.mail.mail_quota import MailQuota
from fastauth.application.mail.mailer import Mailer
from fastauth.application.mail.token_issuer import TokenIssuer
from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.email_addresses.ports import EmailAddressRepository
from fastauth.domain.mail.links import LinkTargets, link
from fastauth.domain.mail.template import MailTemplate
from fastauth.domain.one_time_tokens.token import PROOFS_OF_ADDRESS, Purpose
from fastauth.domain.outbox.message import OutboxEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class SendVerification:
    """Send a token to the pending address of an account.

    The token of an address that replaces another one has a shorter lifetime than that of a first one. Both
    are valid with any session of the account.
    """

    users: UserRepository
    email_addresses: EmailAddressRepository
    quota: MailQuota
    token_issuer: TokenIssuer
    mailer: Mailer
    links: LinkTargets

    async def __call__(self, entry: OutboxEntry) -> None:
        """Send the mail, unless there is no pending address any more or a limit is reached.

        Raises:
            Postponed: The service sends too much.
            MailRejected: The mail server refused it for good.
            MailUnavailable: The mail server may accept it later.
            StorageUnavailable: Try again later.
        """
        user = await account_of(entry, self.users)
        if user is None or user.disabled_at:
            return
        addresses = await self.email_addresses.of_user(user.id)
        if addresses.pending is None or entry.created_at < addresses.pending.added_at:
            return  # verified meanwhile; or another request, which has an entry of its own, came after
        to = addresses.pending.address
        if not await self.quota.allows(entry, to, user_id=user.id, proved=False):
            return
        template, purpose = MailTemplate.VERIFY_ADDRESS, Purpose.VERIFY_EMAIL
        if addresses.verified:
            template, purpose = MailTemplate.CHANGE_ADDRESS, Purpose.CHANGE_EMAIL
        token = await self.token_issuer.issue(
            purpose, user_id=user.id, subject=to.key, withdraws=PROOFS_OF_ADDRESS
        )
        values = {
            "link": link(self.links.verify, token.text),
            "token": token.text,
            "hours": str(int(purpose.lifetime.total_seconds()) // 3600),
        }
        await self.mailer.send(entry, template, to=to, user=user, values=values)

"""Send the mail of an invitation."""

from dataclasses import dataclass

from fastauth.application.mail.mail_quota import MailQuota
from fastauth.application.mail.mailer import Mailer
from fastauth.application.mail.token_issuer import TokenIssuer
from fastauth.domain.clock import Clock
from fastauth.domain.invitations.invitation import id_in
from fastauth.domain.invitations.ports import InvitationRepository
from fastauth.domain.mail.links import LinkTargets, link
from fastauth.domain.mail.template import MailTemplate, show_time
from fastauth.domain.one_time_tokens.token import Purpose
from fastauth.domain.outbox.message import OutboxEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class SendInvitation:
    """Send a token to the invited address. It is valid as long as the invitation."""

    invitations: InvitationRepository
    quota: MailQuota
    token_issuer: TokenIssuer
    mailer: Mailer
    links: LinkTargets
    clock: Clock

    async def __call__(self, entry: OutboxEntry) -> None:
        """Send the mail, unless the invitation is withdrawn or a limit is reached.

        Raises:
            Postponed: The service sends too much.
            MailRejected: The mail server refused it for good.
            MailUnavailable: The mail server may accept it later.
            StorageUnavailable: Try again later.
        """
        reference, now = entry.content["invitation"], self.clock.now()
        invitation = await self.invitations.find(id_in(reference), now=now)
        if invitation is None or invitation.reference != reference:
            return
        if not await self.quota.allows(entry, invitation.email, user_id=None, proved=False):
            return
        token = await self.token_issuer.issue(
            Purpose.INVITATION,
            user_id=None,
            subject=invitation.reference,
            lifetime=invitation.expires_at - now,
        )
        values = {
            "link": link(self.links.invitation, token.text),
            "token": token.text,
            "until": show_time(invitation.expires_at),
        }
        await self.mailer.send(
            entry,
            MailTemplate.INVITATION,
            to=invitation.email,
            user=None,
            values=values,
            locale=invitation.locale,
        )

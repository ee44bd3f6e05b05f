"""Send the mail by which a forgotten password is reset."""

from dataclasses import dataclass
from datetime import timedelta

from fastauth.application.mail.mail_quota import MailQuota
from fastauth.application.mail.mailer import Mailer
from fastauth.application.mail.token_issuer import TokenIssuer
from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.accounts.user import User
from fastauth.domain.accounts.username import Username, UsernameProfile
from fastauth.domain.audit.event import EventType
from fastauth.domain.email_addresses.address import AddressProfile, EmailAddress
from fastauth.domain.email_addresses.ports import EmailAddressRepository
from fastauth.domain.errors import InvalidInput
from fastauth.domain.mail.links import LinkTargets, link
from fastauth.domain.mail.template import MailTemplate
from fastauth.domain.one_time_tokens.token import Purpose
from fastauth.domain.outbox.message import OutboxEntry
from fastauth.domain.passwords.ports import PasswordRepository


@dataclass(frozen=True, slots=True, kw_only=True)
class SendPasswordReset:
    """Find out whose password was forgotten, and send a token to the verified address of that account.

    A pending address opens nothing, since the user who added it may have typed that of another person. The
    mail to such an address has no link. For an unknown or disabled account nothing is sent.
    """

    users: UserRepository
    passwords: PasswordRepository
    email_addresses: EmailAddressRepository
    username_profile: UsernameProfile
    address_profile: AddressProfile
    quota: MailQuota
    token_issuer: TokenIssuer
    mailer: Mailer
    links: LinkTargets
    lifetime: timedelta
    """Of the token; in whole minutes."""

    async def __call__(self, entry: OutboxEntry) -> None:
        """Send the mail, unless there is none to send or a limit is reached.

        Raises:
            Postponed: The service sends too much.
            MailRejected: The mail server refused it for good.
            MailUnavailable: The mail server may accept it later.
            StorageUnavailable: Try again later.
        """
        identifier = entry.content["identifier"]
        address = self._parse(identifier)
        owner = await self.email_addresses.find_owner(address.key) if address else None
        user = owner or await self._find_by_username(identifier)
        verified = (await self.email_addresses.of_user(user.id)).verified if user else None
        if user and verified:
            to = verified.address
            if user.disabled_at:
                return
            if await self.quota.allows(entry, to, user_id=user.id, proved=True):
                await self._send_link(entry, user, to)
        elif address and await self.email_addresses.is_pending_anywhere(address.key):
            await self._send_explanation(entry, address)

    async def _send_link(self, entry: OutboxEntry, user: User, to: EmailAddress) -> None:
        token = await self.token_issuer.issue(
            Purpose.RESET_PASSWORD,
            user_id=user.id,
            subject=to.key,
            payload=(await self.passwords.get(user.id)).digest(),
            lifetime=self.lifetime,
            withdraws={Purpose.RESET_PASSWORD},
            event_type=EventType.PASSWORD_RESET_REQUESTED,
        )
        values = {
            "link": link(self.links.reset, token.text),
            "token": token.text,
            "username": user.username.display,
            "minutes": str(self.lifetime // timedelta(minutes=1)),
        }
        await self.mailer.send(entry, MailTemplate.RESET_PASSWORD, to=to, user=user, values=values)

    async def _send_explanation(self, entry: OutboxEntry, to: EmailAddress) -> None:
        if await self.quota.allows(entry, to, user_id=None, proved=False):
            template = MailTemplate.ADDRESS_NOT_VERIFIED
            await self.mailer.send(entry, template, to=to, user=None, values={})

    def _parse(self, identifier: str) -> EmailAddress | None:
        try:
            return EmailAddress.parse(identifier, self.address_profile)
        except InvalidInput:
            return None

    async def _find_by_username(self, identifier: str) -> User | None:
        try:
            return await self.users.find(Username.parse_existing(identifier, self.username_profile))
        except InvalidInput:
            return None

"""Send one mail for an entry of the outbox."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastauth.domain.accounts.user import User
from fastauth.domain.clock import Clock
from fastauth.domain.email_addresses.address import EmailAddress
from fastauth.domain.email_addresses.ports import EmailAddressRepository
from fastauth.domain.mail.errors import MailRejected
from fastauth.domain.mail.message import Message
from fastauth.domain.mail.ports import MailTransport, MessageRenderer
from fastauth.domain.mail.template import MailTemplate
from fastauth.domain.outbox.message import OutboxEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailer:
    """Render a template and hand the mail over.

    The ``Message-ID`` is made from the id of the entry, so that a mail that is sent twice is recognisable.
    """

    renderer: MessageRenderer
    transport: MailTransport
    email_addresses: EmailAddressRepository
    clock: Clock
    host: str
    """The part of each ``Message-ID`` after the ``@``."""

    async def send(  # noqa: PLR0913  what a mail is made of
        self,
        entry: OutboxEntry,
        template: MailTemplate,
        *,
        to: EmailAddress,
        user: User | None,
        values: Mapping[str, str],
        locale: str | None = None,
    ) -> None:
        """Send the mail of `entry` to one address of `user`, or to an address of no account.

        `locale` is the language of a mail to no account; without it, it is English.

        Raises:
            MailRejected: The mail server refused it for good.
            MailUnavailable: The mail server may accept it later.
        """
        locale = user.locale if user else locale
        rendered = self.renderer.render(template, language=locale, values=values)
        message = Message(
            to=to.mailbox,
            subject=rendered.subject,
            text=rendered.text,
            html=rendered.html,
            message_id=f"{entry.id}@{self.host}",
            language=self.renderer.language(locale),
        )
        try:
            await self.transport.send(message)
        except MailRejected:
            if user:
                await self.email_addresses.mark_undeliverable(user.id, to.key, now=self.clock.now())
            raise

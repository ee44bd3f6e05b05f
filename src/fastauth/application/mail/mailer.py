"""Send one mail for an entry of the outbox."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastauth.domain.email_addresses.address import EmailAddress
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
    host: str
    """The part of each ``Message-ID`` after the ``@``."""

    async def send(
        self,
        entry: OutboxEntry,
        template: MailTemplate,
        *,
        to: EmailAddress,
        locale: str | None,
        values: Mapping[str, str],
    ) -> None:
        """Send the mail of `entry` to one address.

        Raises:
            MailRejected: The mail server refused it for good.
            MailUnavailable: The mail server may accept it later.
        """
        rendered = self.renderer.render(template, language=locale, values=values)
        message = Message(
            to=to.mailbox,
            subject=rendered.subject,
            text=rendered.text,
            html=rendered.html,
            message_id=f"{entry.id}@{self.host}",
            language=self.renderer.language(locale),
        )
        await self.transport.send(message)

"""A `Message` in the format of the internet (RFC 5322, MIME), and back."""

from datetime import datetime
from email.errors import HeaderParseError, MessageDefect
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from fastauth.domain.mail.errors import MailRejected
from fastauth.domain.mail.message import Message


def recipient(text: str) -> Address:
    """Return the address of a recipient with its domain in ASCII (RFC 5891).

    Addresses are validated before they are stored. This is the second check: the SMTP client would let a
    space in an address through, and cut off what follows a line break.

    Raises:
        MailRejected: It is not one address, or its local part is not ASCII.
    """
    local, at, domain = text.rpartition("@")
    try:
        if not domain.isascii():
            import idna  # noqa: PLC0415  few mails need it

            domain = idna.encode(domain, uts46=True).decode("ascii")
        address = Address(addr_spec=f"{local}{at}{domain}")
        local.encode("ascii")
    except (ValueError, IndexError, HeaderParseError, MessageDefect):  # IndexError: of the parser, for "@"
        raise MailRejected("the address of the recipient cannot be used in a mail") from None
    if address.addr_spec != f"{local}{at}{domain}" or set(text) & set(' "<>()[],;:\\'):
        raise MailRejected("the address of the recipient cannot be used in a mail")
    return address


def to_mime(message: Message, *, sender: Address, at: datetime) -> EmailMessage:
    """Return the mail with its headers.

    It says that no person wrote it, so that no automatic reply follows (RFC 3834).

    Raises:
        MailRejected: See `recipient`.
    """
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = recipient(message.to)
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{message.message_id}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text, cte="quoted-printable")
    mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
    mail["Content-Language"] = message.language  # last: set_content removes such headers
    return mail


def from_mime(mail: EmailMessage) -> Message:
    """Return the message of a mail that `to_mime` made."""
    text, html = (part.get_content() for part in mail.iter_parts())
    return Message(
        to=mail["To"],
        subject=mail["Subject"],
        text=text.replace("\r\n", "\n"),
        html=html.replace("\r\n", "\n"),
        message_id=mail["Message-ID"].strip("<>"),
        language=mail["Content-Language"],
    )

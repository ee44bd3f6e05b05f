"""Settings of mails, of the pages to which their links lead, and of the tokens in them."""

from email.headerregistry import Address
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode

from fastauth.adapters.mail.smtp_server import SmtpServer, Tls
from fastauth.entrypoints.settings.issuer import validate_issuer, validate_link
from fastauth.entrypoints.settings.mail_url import parse_mail_url, parse_sender

DEVELOPMENT_SERVER = SmtpServer(host="127.0.0.1", port=1025, tls=Tls.NONE)
"""Where the usual development servers listen, such as Mailpit and MailDev."""

Link = Annotated[str | None, AfterValidator(validate_link)]


class MailMode(StrEnum):
    """What happens to mails."""

    INBOX = "inbox"
    """They are stored in a Maildir, for development."""
    SMTP = "smtp"
    OFF = "off"
    """There are none, and no route that needs them."""


class MailSettings(BaseSettings):
    """Transport of mails, and the URLs in them."""

    mail: MailMode = MailMode.INBOX
    mail_url: Annotated[SmtpServer | None, NoDecode, BeforeValidator(parse_mail_url)] = Field(
        default=None, repr=False
    )
    mail_from: Annotated[Address | None, NoDecode, BeforeValidator(parse_sender)] = None
    mail_per_minute: int = Field(default=60, ge=1, le=100_000)
    pages: bool = True
    pages_url: Annotated[str | None, AfterValidator(validate_issuer)] = None
    link_verify: Link = None
    link_reset: Link = None
    link_undo: Link = None
    link_invitation: Link = None
    link_keep: Link = None
    reset_minutes: int = Field(default=10, ge=5, le=60)

    @property
    def sends_mail(self) -> bool:
        """Whether there are mails at all."""
        return self.mail is not MailMode.OFF

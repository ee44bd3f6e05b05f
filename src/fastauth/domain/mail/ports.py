"""Ports to rendering and sending mail."""

from collections.abc import Mapping
from typing import Protocol

from fastauth.domain.mail.message import Message, Rendered
from fastauth.domain.mail.template import MailTemplate


class MailTransport(Protocol):
    """Hands mails over to a mail server, or to the inbox in development."""

    async def send(self, message: Message) -> None:
        """Return when the server has confirmed that it has the mail.

        Raises:
            MailRejected: The server refused the recipient or the mail for good, or mail is off.
            MailUnavailable: The server is away, refused us, or did not confirm. In the last case it may
                have the mail all the same.
        """

    async def check(self) -> None:
        """Connect and authenticate as `send` does, and send nothing.

        Raises:
            MailRejected: Mail is off.
            MailUnavailable: The server is away, has no TLS although it is demanded, or refused the password.
        """


class MessageRenderer(Protocol):
    """Makes the text of a mail in a language."""

    def render(self, template: MailTemplate, *, language: str | None, values: Mapping[str, str]) -> Rendered:
        """Return subject, plain text and HTML.

        `language` is a tag of BCP 47 such as ``de-AT``. If there is no catalogue for it or for its
        primary language, or if it is ``None``, the mail is in English.

        Raises:
            ValueError: `values` are not the ones of `template`. The message names them.
        """

    def language(self, wanted: str | None) -> str:
        """Return the language in which `render` answers `wanted`."""


class MailInbox(Protocol):
    """The mails that a transport of development has stored."""

    async def newest(self, limit: int) -> list[Message]:
        """Return at most `limit` mails, the newest first."""

"""A Maildir in place of a mail server, for development."""

import asyncio
import logging
import re
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from heapq import nlargest
from pathlib import Path

from fastauth.adapters.mail.mime import from_mime, to_mime
from fastauth.domain.clock import Clock
from fastauth.domain.mail.errors import MailUnavailable
from fastauth.domain.mail.message import Message

_log = logging.getLogger("fastauth.mail")

_LINK = re.compile(r"\S+#token=\S+")
_NAME = re.compile(r"(\d+)\.M(\d+)P\d+Q(\d+)\.")
"""Seconds, microseconds and a counter, in the names that `mailbox` gives."""


class MaildirTransport:
    """Stores mails in a folder, which it creates for the first, and logs their links."""

    def __init__(self, folder: Path, *, sender: Address, clock: Clock) -> None:
        self._folder = folder
        self._sender = sender
        self._clock = clock

    async def send(self, message: Message) -> None:
        """Store a mail. See `MailTransport.send`."""
        mail = to_mime(message, sender=self._sender, at=self._clock.now())
        try:
            await asyncio.to_thread(self._store, mail)
        except OSError as error:  # also if another process creates the folder at the same moment
            raise MailUnavailable(f"the inbox cannot be written: {type(error).__name__}") from None
        link = _LINK.search(message.text)
        _log.info("mail to %s: %s %s", message.to, message.subject, link[0] if link else "(no link)")

    async def check(self) -> None:
        """Do nothing: the folder is created when it is needed."""

    async def newest(self, limit: int) -> list[Message]:
        """Return the newest mails. See `MailInbox`."""
        return await asyncio.to_thread(self._read, limit)

    def _store(self, mail: EmailMessage) -> None:
        import mailbox  # noqa: PLC0415  only development needs it

        mailbox.Maildir(self._folder).add(mail.as_bytes())

    def _read(self, limit: int) -> list[Message]:
        paths = nlargest(limit, (self._folder / "new").glob("*"), key=_order)
        mails = (message_from_bytes(path.read_bytes(), _class=EmailMessage, policy=SMTP) for path in paths)
        return [from_mime(mail) for mail in mails]


def _order(path: Path) -> tuple[int, ...]:
    found = _NAME.match(path.name)
    return tuple(map(int, found.groups())) if found else ()

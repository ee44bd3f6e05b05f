"""No mail."""

from fastauth.domain.mail.errors import MailRejected
from fastauth.domain.mail.message import Message


class NoMail:
    """Refuses each mail."""

    async def send(self, message: Message) -> None:
        """Raise `MailRejected`."""
        await self.check()

    async def check(self) -> None:
        """Raise `MailRejected`."""
        raise MailRejected("FASTAUTH_MAIL is off")

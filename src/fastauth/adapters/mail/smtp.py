"""Sending by SMTP (RFC 5321)."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from email.headerregistry import Address
from functools import cached_property
from ssl import SSLCertVerificationError, SSLContext, create_default_context
from typing import TYPE_CHECKING

from fastauth.adapters.mail.mime import to_mime
from fastauth.adapters.mail.smtp_server import SmtpServer, Tls
from fastauth.domain.clock import Clock
from fastauth.domain.mail.errors import MailRejected, MailUnavailable
from fastauth.domain.mail.message import Message

if TYPE_CHECKING:
    from aiosmtplib import SMTP, SMTPResponseException

SMALLEST_CODE = 200
PERMANENT = 500
"""From this code on a reply is a permanent refusal (RFC 5321, section 4.2.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpTimeouts:
    """Seconds that the server may take."""

    command: float = 10
    """To accept the connection, and for each reply."""
    data: float = 20
    """To confirm a mail. Servers check its content meanwhile, and a mail that is given up too early is
    delivered twice."""
    total: float = 25
    """For everything. A delivery of the outbox takes at most 30."""


class SmtpTransport:
    """Hands each mail over in a connection of its own, with the TLS mode of the settings."""

    def __init__(
        self, server: SmtpServer, *, sender: Address, clock: Clock, timeouts: SmtpTimeouts | None = None
    ) -> None:
        self._server = server
        self._sender = sender
        self._clock = clock
        self._timeouts = timeouts or SmtpTimeouts()

    async def send(self, message: Message) -> None:
        """Return when the server has confirmed the mail. See `MailTransport.send`."""
        from aiosmtplib import SMTPResponseException  # noqa: PLC0415  only needed for mail

        mail = to_mime(message, sender=self._sender, at=self._clock.now())
        async with self._connection() as client:
            await client.mail(self._sender.addr_spec)
            try:
                await client.rcpt(mail["To"].addresses[0].addr_spec)
                await client.data(mail.as_bytes(), timeout=self._timeouts.data)
            except SMTPResponseException as refused:
                if refused.code >= PERMANENT:
                    raise MailRejected(_reason(refused)) from None
                raise

    async def check(self) -> None:
        """Connect and authenticate. See `MailTransport.check`."""
        async with self._connection() as client:
            await client.noop()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator["SMTP"]:
        """Yield a connection that is encrypted and authenticated as the settings say.

        Raises:
            MailUnavailable: For each failure of the connection, and each refusal that the block raises.
        """
        from aiosmtplib import SMTP, SMTPException, SMTPResponseException  # noqa: PLC0415  as above

        client = SMTP(
            hostname=self._server.host,
            port=self._server.port,
            username=self._server.user,
            password=self._server.password,
            local_hostname=self._sender.domain,
            timeout=self._timeouts.command,
            use_tls=self._server.tls is Tls.IMPLICIT,
            start_tls=self._server.tls is Tls.STARTTLS,  # None would be opportunistic
            tls_context=self._tls_context if self._server.tls is not Tls.NONE else None,
        )
        try:
            async with asyncio.timeout(self._timeouts.total):
                await client.connect()
                yield client
        except SMTPResponseException as refused:
            raise MailUnavailable(_reason(refused)) from None
        except (SMTPException, OSError, ValueError) as error:
            raise MailUnavailable(_trouble(error)) from None
        else:
            with suppress(SMTPException, OSError):  # the mail is delivered, whatever the server says now
                await client.quit()
        finally:
            client.close()

    @cached_property
    def _tls_context(self) -> SSLContext:
        return create_default_context()


def _reason(refused: "SMTPResponseException") -> str:
    """Return the codes of a reply (RFC 3463) without its text, which may have the address."""
    if refused.code < SMALLEST_CODE:
        return "the server does not speak SMTP"
    enhanced = re.match(r"[245]\.\d{1,3}\.\d{1,3}\b", refused.message)
    return f"the server replied {refused.code}{f' {enhanced[0]}' if enhanced else ''}"


def _trouble(error: BaseException) -> str:
    """Return why there was no reply, without a text of the server."""
    causes = [error]
    while cause := causes[-1].__cause__ or causes[-1].__context__:
        causes.append(cause)
    for each in causes:
        if isinstance(each, SSLCertVerificationError):
            return f"the certificate of the server is refused: {each.verify_message}"
        if isinstance(each, TimeoutError):
            return "the server did not reply in time"
    if "STARTTLS" in str(error):
        return "the server does not offer STARTTLS"
    return f"no reply: {type(causes[-1]).__name__}"

"""A mail server of another make (aiosmtpd), and servers that fail in one way each."""

import ssl
from asyncio import WriteTransport
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from tests.fakes import FakeClock
from tests.harness.postgres import free_port

from fastauth.adapters.mail.mime import from_mime
from fastauth.adapters.mail.smtp import SmtpTimeouts, SmtpTransport
from fastauth.adapters.mail.smtp_server import SmtpServer, Tls
from fastauth.domain.mail.message import Message

PASSWORD = (b"user", b"p@ss w/rd")


@dataclass
class Mailbox:
    """Accepts mails, or answers a command in another way: ``DATA`` stands for the end of the data."""

    replies: dict[str, str] = field(default_factory=dict)
    """Reply by the command: EHLO, MAIL, RCPT, DATA or QUIT. The reply ``drop`` closes the connection."""
    envelopes: list[Envelope] = field(default_factory=list)
    reached: Callable[[str], object] = str
    """Called with the command, before its reply."""
    authenticated: list[bool] = field(default_factory=list)
    """Whether each log-in had the right password."""
    port: int = 0

    def mails(self) -> list[EmailMessage]:
        return [self._parsed(each) for each in self.envelopes]

    def messages(self) -> list[Message]:
        return [from_mime(each) for each in self.mails()]

    @staticmethod
    def _parsed(envelope: Envelope) -> EmailMessage:
        assert isinstance(envelope.content, bytes)
        return message_from_bytes(envelope.content, _class=EmailMessage, policy=POLICY)

    def _reply(self, command: str, server: SMTP, usual: str) -> str:
        self.reached(command)
        reply = self.replies.get(command, usual)
        if reply == "drop":
            assert isinstance(server.transport, WriteTransport)
            server.transport.abort()
        return reply

    async def handle_EHLO(  # noqa: N802  the name that aiosmtpd calls
        self, server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self._reply("EHLO", server, "")
        return responses

    async def handle_MAIL(  # noqa: N802  as above
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self._reply("MAIL", server, "250 OK")

    async def handle_RCPT(  # noqa: N802  as above
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self._reply("RCPT", server, "250 OK")

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  as above
        reply = self._reply("DATA", server, "250 OK")
        if reply.startswith(("2", "drop")):
            self.envelopes.append(envelope)
        return reply

    async def handle_QUIT(self, server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802  as above
        return self._reply("QUIT", server, "221 Bye")

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _way: str, data: object
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.authenticated.append(data == LoginPassword(*PASSWORD))
        return AuthResult(success=self.authenticated[-1], handled=False)


@contextmanager
def mail_server(
    replies: dict[str, str] | None = None,
    *,
    certificate: tuple[Path, Path] | None = None,
    implicit_tls: bool = False,
    auth: bool = False,
) -> Iterator[Mailbox]:
    """Yield the mailbox of a server on a port of loopback: with a certificate it uses TLS."""
    context = None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
    box = Mailbox(replies or {}, port=free_port())
    controller = Controller(
        box,
        hostname="127.0.0.1",
        port=box.port,
        ssl_context=context if implicit_tls else None,
        tls_context=None if implicit_tls else context,
        require_starttls=bool(context) and not implicit_tls,
        authenticator=box.authenticate if auth else None,
        auth_require_tls=False,
    )
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


SENDER = Address("Acme", addr_spec="auth@acme.example")
PATIENT = SmtpTimeouts(command=30, data=30, total=60)
"""For servers that answer: on a busy machine that may take some seconds."""
SHORT = SmtpTimeouts(command=0.3, data=0.3, total=2)
"""For servers that do not answer."""


def transport_to(
    port: int,
    *,
    tls: Tls = Tls.NONE,
    host: str = "127.0.0.1",
    password: str | None = None,
    timeouts: SmtpTimeouts = PATIENT,
) -> SmtpTransport:
    user = "user" if password else None
    server = SmtpServer(host=host, port=port, tls=tls, user=user, password=password)
    return SmtpTransport(server, sender=SENDER, clock=FakeClock(), timeouts=timeouts)

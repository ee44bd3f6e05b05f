"""Sending by SMTP to a server of another make, and to servers that fail."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from email.headerregistry import Address
from pathlib import Path

import pytest
from tests.contracts.mail.mail_transport import A_MESSAGE, MailTransportContract
from tests.fakes import FakeClock
from tests.harness.certificates import self_signed
from tests.harness.mail_server import Mailbox, mail_server
from tests.harness.postgres import free_port

from fastauth.adapters.mail.smtp import SmtpTimeouts, SmtpTransport
from fastauth.adapters.mail.smtp_server import SmtpServer, Tls
from fastauth.domain.mail.errors import MailRejected, MailUnavailable
from fastauth.domain.mail.message import Message
from fastauth.domain.outbox.errors import DeliveryFailed

SENDER = Address("Acme", addr_spec="auth@acme.example")
SHORT = SmtpTimeouts(command=0.3, data=0.3, total=2)


def transport_to(
    port: int, *, tls: Tls = Tls.NONE, host: str = "127.0.0.1", password: str | None = None
) -> SmtpTransport:
    user = "user" if password else None
    server = SmtpServer(host=host, port=port, tls=tls, user=user, password=password)
    return SmtpTransport(server, sender=SENDER, clock=FakeClock(), timeouts=SHORT)


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mail_server() as box:
        yield box


class TestSmtpTransport(MailTransportContract):
    @pytest.fixture
    def transport(self, box: Mailbox) -> SmtpTransport:
        return transport_to(box.port)

    @pytest.fixture
    def received(self, box: Mailbox) -> Callable[[], list[Message]]:
        return box.messages


class TestHeaders:
    async def test_say_who_sent_it_and_that_no_reply_is_expected(self, box: Mailbox) -> None:
        await transport_to(box.port).send(A_MESSAGE)
        (mail,) = box.mails()
        assert {name: mail[name] for name in mail if not name.startswith(("Content", "MIME"))} == {
            "From": "Acme <auth@acme.example>",
            "To": "santosh@example.com",
            "Subject": "Bestätigen Sie Ihre Adresse",
            "Date": "Sun, 22 Nov 2026 12:00:00 +0000",
            "Message-ID": "<4711@auth.example.com>",
            "Auto-Submitted": "auto-generated",
        }
        assert mail.get_content_type() == "multipart/alternative"
        assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
        (envelope,) = box.envelopes
        assert (envelope.mail_from, envelope.rcpt_tos) == ("auth@acme.example", ["santosh@example.com"])
        assert isinstance(envelope.content, bytes)
        assert envelope.content.isascii()
        assert max(map(len, envelope.content.splitlines())) <= 998


class TestRecipient:
    async def test_domain_is_sent_in_ascii(self, box: Mailbox) -> None:
        await transport_to(box.port).send(replace(A_MESSAGE, to="Santosh@bücher.example"))
        assert box.envelopes[0].rcpt_tos == ["Santosh@xn--bcher-kva.example"]

    async def test_other_than_one_address_is_refused_before_anything_is_sent(self, box: Mailbox) -> None:
        for to in (
            *("", "@", "a", "a@", "@b.example", "a b@c.example", "a@b.example SIZE=1", "a@b.example\r\nDATA"),
            *("<a@b.example>", "a@b.example, c@d.example", '"a b"@c.example', "a@b.example>", "é@b.example"),
            *("a@b.example\0", "a@b .example", "a@b.example\u2028x", "A <a@b.example>", "a@b@c.example"),
            *("a\u202e@b.example", "a@" + "ü" * 300 + ".example", "(x)a@b.example", "a@b;c.example"),
        ):
            with pytest.raises(MailRejected, match="address of the recipient"):
                await transport_to(box.port).send(replace(A_MESSAGE, to=to))
        assert box.envelopes == []


class TestRefusals:
    """A refusal of the recipient or the mail is permanent; another one is tried again."""

    async def test_replies(self) -> None:
        table: list[tuple[str, str, type[DeliveryFailed], str]] = [
            ("RCPT", "550 5.1.1 <santosh@example.com> unknown", MailRejected, "the server replied 550 5.1.1"),
            ("RCPT", "553 no such user", MailRejected, "the server replied 553"),
            ("DATA", "554 5.7.1 spam of santosh@example.com", MailRejected, "the server replied 554 5.7.1"),
            ("DATA", "552 5.3.4 too big", MailRejected, "the server replied 552 5.3.4"),
            ("RCPT", "450 4.2.0 greylisted", MailUnavailable, "the server replied 450 4.2.0"),
            ("RCPT", "421 4.3.2 shutting down", MailUnavailable, "the server replied 421 4.3.2"),
            ("DATA", "451 4.3.0 later", MailUnavailable, "the server replied 451 4.3.0"),
            ("DATA", "421 closing", MailUnavailable, "the server replied 421"),
            ("MAIL", "550 5.7.1 not you", MailUnavailable, "the server replied 550 5.7.1"),
            ("MAIL", "421 busy", MailUnavailable, "the server replied 421"),
            ("MAIL", "drop", MailUnavailable, "no reply: SMTPServerDisconnected"),
            ("RCPT", "drop", MailUnavailable, "no reply: SMTPServerDisconnected"),
            ("DATA", "drop", MailUnavailable, "no reply: SMTPServerDisconnected"),
        ]
        for command, reply, error, reason in table:
            with mail_server({command: reply}) as box:
                with pytest.raises(error) as failed:
                    await transport_to(box.port).send(A_MESSAGE)
                assert type(failed.value) is error, (command, reply)
                assert reason in failed.value.reason, (command, reply)
                assert "santosh" not in str(failed.value), (command, reply)
                assert len(box.envelopes) == (command == "DATA" and reply == "drop"), (command, reply)


@asynccontextmanager
async def raw_server(*lines: bytes, hang: bool = False) -> AsyncIterator[int]:
    """Yield the port of a server that writes a line after each command, and then closes or hangs."""
    release = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for number, line in enumerate(lines):
            if number:
                await reader.readline()
            writer.write(line)
        if hang:
            await release.wait()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        release.set()
        server.close()


OK = b"250 OK\r\n"


class TestOutages:
    async def test_refused_connection(self) -> None:
        with pytest.raises(MailUnavailable, match="no reply: ConnectionRefusedError"):
            await transport_to(free_port()).send(A_MESSAGE)

    async def test_unknown_host(self) -> None:
        with pytest.raises(MailUnavailable, match="no reply: gaierror"):
            await transport_to(25, host="nowhere.invalid").send(A_MESSAGE)

    async def test_hang_in_each_phase(self) -> None:
        """Until the reply to the data, the mail counts as not delivered."""
        replies = (b"220 a\r\n", b"250 a\r\n", OK, OK, b"354 go\r\n")
        for number in range(len(replies) + 1):
            async with raw_server(*replies[:number], hang=True) as port:
                with pytest.raises(MailUnavailable, match="the server did not reply in time"):
                    await transport_to(port).send(A_MESSAGE)

    async def test_greeting_that_is_no_smtp(self) -> None:
        for greeting in (
            b"",
            b"421 busy\r\n",
            b"554 no\r\n",
            b"HTTP/1.1 400 Bad Request\r\n\r\n",
            b"\xff" * 2_000,
        ):
            async with raw_server(greeting) as port:
                with pytest.raises(MailUnavailable, match=r"not speak SMTP|no reply|the server replied"):
                    await transport_to(port).send(A_MESSAGE)

    async def test_failure_after_the_confirmation_is_none(self) -> None:
        """The server has the mail. A second one would be a duplicate."""
        for reply in ("drop", "421 closing", "500 what"):
            with mail_server({"QUIT": reply}) as box:
                await transport_to(box.port).send(A_MESSAGE)
                assert len(box.envelopes) == 1, reply

    async def test_check_reports_an_outage(self) -> None:
        with pytest.raises(MailUnavailable):
            await transport_to(free_port()).check()


class TestTls:
    @pytest.fixture
    def certificate(self, tmp_path: Path) -> tuple[Path, Path]:
        return self_signed(tmp_path)

    @pytest.fixture
    def trusted(self, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
        return certificate

    @pytest.mark.parametrize("tls", [Tls.IMPLICIT, Tls.STARTTLS])
    async def test_mail_is_sent_encrypted(self, trusted: tuple[Path, Path], tls: Tls) -> None:
        with mail_server(certificate=trusted, implicit_tls=tls is Tls.IMPLICIT) as box:
            await transport_to(box.port, tls=tls).send(A_MESSAGE)
            assert box.messages() == [A_MESSAGE]

    @pytest.mark.parametrize("tls", [Tls.IMPLICIT, Tls.STARTTLS])
    async def test_unknown_certificate_is_refused(self, certificate: tuple[Path, Path], tls: Tls) -> None:
        with mail_server(certificate=certificate, implicit_tls=tls is Tls.IMPLICIT) as box:
            with pytest.raises(MailUnavailable, match="certificate of the server is refused"):
                await transport_to(box.port, tls=tls).send(A_MESSAGE)
            assert box.envelopes == []

    async def test_certificate_of_another_host_is_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        other = self_signed(tmp_path, host="127.0.0.2")
        monkeypatch.setenv("SSL_CERT_FILE", str(other[0]))
        with mail_server(certificate=other, implicit_tls=True) as box:
            with pytest.raises(MailUnavailable, match="IP address mismatch"):
                await transport_to(box.port, tls=Tls.IMPLICIT).send(A_MESSAGE)
            assert box.envelopes == []

    async def test_missing_starttls_sends_nothing(self) -> None:
        """Whoever removes STARTTLS from the reply does not get the mail, nor the password."""
        with mail_server(auth=True) as box:
            with pytest.raises(MailUnavailable, match="does not offer STARTTLS"):
                await transport_to(box.port, tls=Tls.STARTTLS, password="p@ss w/rd").send(A_MESSAGE)
            assert box.envelopes == []
            assert box.authenticated == []

    async def test_plain_connection_to_a_tls_port(self, certificate: tuple[Path, Path]) -> None:
        with mail_server(certificate=certificate, implicit_tls=True) as box, pytest.raises(MailUnavailable):
            await transport_to(box.port).send(A_MESSAGE)


class TestPassword:
    async def test_is_sent_to_the_server(self) -> None:
        with mail_server(auth=True) as box:
            await transport_to(box.port, password="p@ss w/rd").send(A_MESSAGE)
            assert box.messages() == [A_MESSAGE]
            assert box.authenticated == [True]

    async def test_wrong_one_is_tried_again_later(self) -> None:
        """The operator corrects the setting, and no mail is lost meanwhile."""
        with mail_server(auth=True) as box:
            transport = transport_to(box.port, password="wrong-canary")
            for act in (transport.check(), transport.send(A_MESSAGE)):
                with pytest.raises(MailUnavailable, match="the server replied 535") as failed:
                    await act
                assert "canary" not in str(failed.value) + repr(transport)
            assert set(box.authenticated) == {False}
            assert box.envelopes == []


def test_trust_is_that_of_the_system() -> None:
    """The context of the adapter verifies certificates and host names."""
    context = transport_to(465, tls=Tls.IMPLICIT)._tls_context  # noqa: SLF001  what TLS is made with
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname

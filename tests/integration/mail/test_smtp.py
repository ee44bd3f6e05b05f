"""Sending by SMTP to a server of another make, and to servers that fail."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from tests.contracts.mail.mail_transport import A_MESSAGE, MailTransportContract
from tests.harness.mail_server import SHORT, Mailbox, mail_server, transport_to
from tests.harness.raw_server import refusing_port
from tests.harness.tables import row

from fastauth.adapters.mail.smtp import SmtpTransport
from fastauth.domain.mail.errors import MailRejected, MailUnavailable
from fastauth.domain.mail.message import Message
from fastauth.domain.outbox.errors import DeliveryFailed


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
    async def test_have_the_sender_and_mark_automatic_mail(self, box: Mailbox) -> None:
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
UNKNOWN_HOST = "fe80::1%nowhere"
"""An interface that does not exist. A name would be resolved by the machine's DNS, which may be slow."""


class TestOutages:
    async def test_refused_connection(self) -> None:
        with (
            refusing_port() as port,
            pytest.raises(MailUnavailable, match="no reply: ConnectionRefusedError"),
        ):
            await transport_to(port).send(A_MESSAGE)

    async def test_unknown_host(self) -> None:
        with pytest.raises(MailUnavailable, match="no reply: gaierror"):
            await transport_to(25, host=UNKNOWN_HOST).send(A_MESSAGE)

    async def test_hang_in_each_phase(self) -> None:
        """Until the reply to the data, the mail counts as not delivered."""
        replies = (b"220 a\r\n", b"250 a\r\n", OK, OK, b"354 go\r\n")

        async def hangs_after(number: int) -> None:
            async with raw_server(*replies[:number], hang=True) as port:
                with (
                    row(f"{number} replies"),
                    pytest.raises(MailUnavailable, match="the server did not reply in time"),
                ):
                    await transport_to(port, timeouts=SHORT).send(A_MESSAGE)

        await asyncio.gather(*(hangs_after(number) for number in range(len(replies) + 1)))

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
        with refusing_port() as port, pytest.raises(MailUnavailable):
            await transport_to(port).check()

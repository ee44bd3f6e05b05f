"""The inbox of development."""

import logging
from collections.abc import Callable
from dataclasses import replace
from email.headerregistry import Address
from pathlib import Path

import pytest
from tests.contracts.mail.mail_transport import A_MESSAGE, MailTransportContract
from tests.fakes import FakeClock

from fastauth.adapters.mail.maildir import MaildirTransport
from fastauth.domain.mail.errors import MailUnavailable
from fastauth.domain.mail.message import Message

SENDER = Address("fastauth", addr_spec="fastauth@localhost")


@pytest.fixture
def inbox(tmp_path: Path) -> MaildirTransport:
    return MaildirTransport(tmp_path / "fastauth-mail", sender=SENDER, clock=FakeClock())


class TestMaildirTransport(MailTransportContract):
    @pytest.fixture
    def transport(self, inbox: MaildirTransport) -> MaildirTransport:
        return inbox

    @pytest.fixture
    def received(self, inbox: MaildirTransport) -> Callable[[], list[Message]]:
        return lambda: inbox._read(100)[::-1]  # noqa: SLF001  what the page reads


class TestInbox:
    async def test_newest_comes_first(self, inbox: MaildirTransport) -> None:
        assert await inbox.newest(2) == []
        for number in range(12):
            await inbox.send(replace(A_MESSAGE, message_id=f"{number}@auth.example.com"))
        assert [each.message_id for each in await inbox.newest(2)] == [
            "11@auth.example.com",
            "10@auth.example.com",
        ]

    async def test_link_is_logged(self, inbox: MaildirTransport, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.INFO, logger="fastauth.mail")
        await inbox.send(A_MESSAGE)
        await inbox.send(replace(A_MESSAGE, text="No link.\n"))
        link = "https://auth.example.com/verify-email#token=fa_ev_4711"
        before = "mail to santosh@example.com: Bestätigen Sie Ihre Adresse"
        assert [each.message for each in caplog.records] == [f"{before} {link}", f"{before} (no link)"]

    async def test_folder_that_cannot_be_written(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        inbox = MaildirTransport(tmp_path / "file", sender=SENDER, clock=FakeClock())
        with pytest.raises(MailUnavailable, match="cannot be written"):
            await inbox.send(A_MESSAGE)

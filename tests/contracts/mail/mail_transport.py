"""What a `MailTransport` promises."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace

import pytest

from fastauth.domain.mail.message import Message
from fastauth.domain.mail.ports import MailTransport

A_MESSAGE = Message(
    to="santosh@example.com",
    subject="Bestätigen Sie Ihre Adresse",
    text="https://auth.example.com/verify-email#token=fa_ev_4711\n" + "ä" * 2_000 + "\n.\nThe end.\n",
    html="<p>https://auth.example.com/verify-email#token=fa_ev_4711</p>\n",
    message_id="4711@auth.example.com",
    language="de",
)
"""A text with a long line, letters beyond ASCII and a line that ends the mail of a careless client."""


class MailTransportContract(ABC):
    @abstractmethod
    @pytest.fixture
    def transport(self) -> MailTransport: ...

    @abstractmethod
    @pytest.fixture
    def received(self) -> Callable[[], list[Message]]:
        """Return a function that reads what was delivered, in the order of arrival."""

    async def test_delivers_every_part(
        self, transport: MailTransport, received: Callable[[], list[Message]]
    ) -> None:
        await transport.send(A_MESSAGE)
        assert received() == [A_MESSAGE]

    async def test_delivers_the_same_message_again(
        self, transport: MailTransport, received: Callable[[], list[Message]]
    ) -> None:
        await transport.send(A_MESSAGE)
        await transport.send(A_MESSAGE)
        await transport.send(replace(A_MESSAGE, message_id="4712@auth.example.com"))
        ids = [each.message_id for each in received()]
        assert sorted(ids) == ["4711@auth.example.com", "4711@auth.example.com", "4712@auth.example.com"]

    async def test_check_sends_nothing(
        self, transport: MailTransport, received: Callable[[], list[Message]]
    ) -> None:
        await transport.check()
        assert received() == []

"""The fakes of mail keep the contracts of the adapters."""

from collections.abc import Callable

import pytest
from tests.contracts.mail.mail_transport import MailTransportContract
from tests.contracts.mail.message_renderer import MessageRendererContract
from tests.fakes import FakeMailTransport, FakeMessageRenderer

from fastauth.domain.mail.message import Message


class TestFakeMailTransport(MailTransportContract):
    @pytest.fixture
    def transport(self) -> FakeMailTransport:
        return FakeMailTransport()

    @pytest.fixture
    def received(self, transport: FakeMailTransport) -> Callable[[], list[Message]]:
        return lambda: transport.sent


class TestFakeMessageRenderer(MessageRendererContract):
    @pytest.fixture
    def renderer(self) -> FakeMessageRenderer:
        return FakeMessageRenderer()

"""Checks of mail."""

from typing import Any

from tests.container_pool import a_container
from tests.fakes import FakeMailTransport

from fastauth.domain.mail.errors import MailUnavailable
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.doctor import Level, mail_connection
from fastauth.entrypoints.doctor.mail import mail
from fastauth.entrypoints.settings import Settings

SMTP = {"mail": "smtp", "mail_url": "smtps://user:canary@smtp.example", "mail_from": "a@b.example"}


def container_of(transport: FakeMailTransport, **settings: Any) -> Container:  # noqa: ANN401  what the settings parse
    return a_container(settings=Settings(**settings), mail_transport=transport)


class TestMailChecks:
    async def test_say_where_mails_go(self) -> None:
        for settings, observed in (
            (SMTP, "by smtps to smtp.example:465"),
            ({}, "stored in the inbox of development"),
            ({"mail": "off"}, "off"),
        ):
            (finding,) = await mail(container_of(FakeMailTransport(), **settings))
            assert (finding.level, finding.observed) == (Level.OK, observed)

    async def test_connection_is_tried_on_request(self) -> None:
        transport = FakeMailTransport()
        (finding,) = await mail_connection(container_of(transport, **SMTP))
        assert finding.level is Level.OK
        transport.failure = MailUnavailable("the server replied 535")
        (finding,) = await mail_connection(container_of(transport, **SMTP))
        assert (finding.level, finding.observed) == (Level.FAIL, "the server replied 535")
        assert await mail_connection(container_of(transport)) == []

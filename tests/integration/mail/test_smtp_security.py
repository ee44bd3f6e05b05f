"""Encryption and passwords towards mail servers."""

import ssl
from pathlib import Path

import pytest
from tests.contracts.mail.mail_transport import A_MESSAGE
from tests.harness.certificates import self_signed
from tests.harness.mail_server import SHORT, mail_server, transport_to

from fastauth.adapters.mail.smtp_server import Tls
from fastauth.domain.mail.errors import MailUnavailable


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
        """An attacker who removes STARTTLS from the reply does not get the mail, nor the password."""
        with mail_server(auth=True) as box:
            with pytest.raises(MailUnavailable, match="does not offer STARTTLS"):
                await transport_to(box.port, tls=Tls.STARTTLS, password="p@ss w/rd").send(A_MESSAGE)
            assert box.envelopes == []
            assert box.authenticated == []

    async def test_plain_connection_to_a_tls_port(self, certificate: tuple[Path, Path]) -> None:
        with mail_server(certificate=certificate, implicit_tls=True) as box, pytest.raises(MailUnavailable):
            await transport_to(box.port, timeouts=SHORT).send(A_MESSAGE)


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

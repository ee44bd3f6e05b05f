"""TLS on the listener, over a certificate made for the test."""

import socket
import ssl
from pathlib import Path

import pytest
from tests.harness.certificates import self_signed
from tests.harness.service import DEADLINE, Service

from fastauth.entrypoints.settings import Settings, SettingsError

ATTEMPTS = 20
PING = b"GET /ping HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


@pytest.fixture
def certificate(tmp_path: Path) -> dict[str, str]:
    """The settings that name a certificate for 127.0.0.1, and its key."""
    certificate, key = self_signed(tmp_path)
    return {"FASTAUTH_TLS_CERTIFICATE": str(certificate), "FASTAUTH_TLS_KEY": str(key)}


class SecureService(Service):
    """The service with TLS. It has started once its own command finds it ready."""

    def is_up(self) -> bool:
        return self.succeeds("health")


def exchange(service: Service, context: ssl.SSLContext, *sent: bytes) -> bytes:
    with (
        socket.create_connection(("127.0.0.1", service.port), DEADLINE) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as line,
    ):
        for each in sent:
            line.sendall(each)
        received = b""
        while part := line.recv(65_536):
            received += part
        return received


def answer_in_time(service: Service, context: ssl.SSLContext, sent: bytes) -> bytes:
    """Return the answer to a request; ask again if this process was too slow to send it."""
    for _ in range(ATTEMPTS):
        received = exchange(service, context, sent)
        if not received.startswith(b"HTTP/1.1 408 "):
            break
    return received


class TestTls:
    def test_tls_only_with_modern_ciphers(self, certificate: dict[str, str], tmp_path: Path) -> None:
        context = ssl.create_default_context(cafile=certificate["FASTAUTH_TLS_CERTIFICATE"])
        with SecureService(
            f"sqlite:///{tmp_path}/tls.db", FASTAUTH_REQUEST_TIMEOUT_SECONDS="1", **certificate
        ) as service:
            assert answer_in_time(service, context, PING).startswith(b"HTTP/1.1 200 ")
            assert exchange(service, context, b"GET /ping HTTP/1.1\r\nHost").startswith(b"HTTP/1.1 408 ")
            too_long = PING[:-26] + b"A: b\r\n" * 4_000
            assert answer_in_time(service, context, too_long).startswith(b"HTTP/1.1 431 ")
            metadata = PING.replace(b"/ping", b"/.well-known/oauth-authorization-server")
            assert f'"issuer":"https://127.0.0.1:{service.port}"'.encode() in answer_in_time(
                service, context, metadata
            )
            with socket.create_connection(("127.0.0.1", service.port), DEADLINE) as plain:
                plain.sendall(PING)
                assert b"HTTP/1.1" not in plain.recv(65_536)
            old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
            old.maximum_version = ssl.TLSVersion.TLSv1_2
            old.set_ciphers("AES128-SHA:AES128-SHA256:ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0")
            with pytest.raises(ssl.SSLError):
                exchange(service, old, PING)


class TestCertificate:
    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"FASTAUTH_TLS_KEY": ""}, "must be set together"),
            ({"FASTAUTH_TLS_KEY": "/nowhere/tls.key"}, "cannot be read (FileNotFoundError)"),
            ({"FASTAUTH_TLS_KEY": __file__}, "not a certificate and its key"),
            ({"FASTAUTH_TLS_CERTIFICATE": __file__}, "not a certificate and its key"),
        ],
    )
    def test_unusable_certificate_stops_the_start(
        self,
        certificate: dict[str, str],
        changes: dict[str, str],
        message: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        for name, value in (certificate | changes).items():
            monkeypatch.setenv(name, value) if value else monkeypatch.delenv(name, raising=False)
        with pytest.raises(SettingsError) as refused:
            Settings.load()
        assert message in str(refused.value)
        assert "\n" not in str(refused.value)

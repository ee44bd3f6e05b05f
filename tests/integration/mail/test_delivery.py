"""A mail from the request to the mailbox: the service, its outbox, and a mail server of another make."""

from pathlib import Path

import httpx2
from tests.harness.mail_server import mail_server
from tests.harness.processes import wait_until
from tests.harness.service import DEADLINE, NO_TLS, Service
from tests.mail_helpers import token_in

ANN = {"username": "ann", "password": "sntsh", "fullname": "Ann Lee"}
POISONED = (
    b"POST http://evil.example/password-resets HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n"
    b'Content-Type: application/json\r\nContent-Length: 20\r\n\r\n{"identifier":"ann"}'
)
"""A request target in absolute form (RFC 9112, section 3.2.2), which names another host."""


class TestDelivery:
    def test_address_is_verified_and_password_reset_by_mails_that_arrive(self, tmp_path: Path) -> None:
        with mail_server() as box:
            settings = {
                "FASTAUTH_MAIL": "smtp",
                "FASTAUTH_MAIL_URL": f"smtp://127.0.0.1:{box.port}",
                "FASTAUTH_MAIL_FROM": "Acme <auth@acme.example>",
                "FASTAUTH_PAGES_URL": "https://id.acme.example",
            }
            with (
                Service(f"sqlite:///{tmp_path}/a.db", **settings) as service,
                httpx2.Client(base_url=service.url, verify=NO_TLS) as client,
            ):
                client.post("/users/register", json=ANN)
                tokens = client.post("/sessions", json=ANN).json()
                headers = {"Authorization": f"Bearer {tokens['access_token']}"}
                client.put("/users/me/email", json={"email": "ann@example.com"}, headers=headers)
                wait_until(lambda: len(box.envelopes) == 1, "no mail arrived", deadline=DEADLINE)
                (verification,) = box.messages()
                body = {"token": token_in(verification)}
                assert client.post("/users/me/email/verify", json=body, headers=headers).status_code == 200

                with service.connect() as connection:
                    connection.sendall(POISONED)
                    assert connection.recv(100).startswith(b"HTTP/1.1 202")
                wait_until(lambda: len(box.envelopes) == 2, "no mail arrived", deadline=DEADLINE)
                reset = box.messages()[1]
                body = {"token": token_in(reset), "new_password": "another"}
                assert client.post("/password-resets/complete", json=body).status_code == 204
                assert client.post("/sessions", json=ANN | {"password": "another"}).status_code == 201
                log = service.log
        for mail, path in ((verification, "/verify-email"), (reset, "/reset/new")):
            token = token_in(mail)
            assert f"\nhttps://id.acme.example{path}#token={token}\n" in mail.text
            assert "evil" not in mail.text + mail.html
            assert (mail.to, mail.language) == ("ann@example.com", "en")
            assert mail.message_id.endswith("@id.acme.example")
            assert token not in log
        assert "ann@example.com" not in log

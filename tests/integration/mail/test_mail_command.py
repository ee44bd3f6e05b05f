"""``fastauth mail test`` and ``fastauth doctor --mail``."""

import json
import mailbox
from pathlib import Path

from tests.harness.in_process import run_fastauth
from tests.harness.mail_server import PASSWORD, mail_server
from tests.harness.raw_server import refusing_port

SETTINGS = {"FASTAUTH_ISSUER": "http://localhost:8000", "FASTAUTH_ARGON2_MEMORY_KIB": "64"}


def smtp(port: int, password: str = "p%40ss%20w%2Frd") -> dict[str, str]:
    return SETTINGS | {
        "FASTAUTH_MAIL": "smtp",
        "FASTAUTH_MAIL_URL": f"smtp://{PASSWORD[0].decode()}:{password}@127.0.0.1:{port}",
        "FASTAUTH_MAIL_FROM": "Acme <auth@acme.example>",
    }


class TestMailTest:
    def test_is_stored_in_the_inbox(self, tmp_path: Path) -> None:
        done = run_fastauth("mail", "test", "ann@example.com", settings=SETTINGS, directory=tmp_path)
        assert (done.exit_code, done.output) == (0, "sent by FASTAUTH_MAIL=inbox\n")
        (mail,) = mailbox.Maildir(tmp_path / "fastauth-mail")
        assert (mail["To"], mail["Subject"]) == ("ann@example.com", "Test mail")

    def test_is_sent_in_another_language(self, tmp_path: Path) -> None:
        with mail_server(auth=True) as box:
            arguments = ("mail", "test", "ann@example.com", "--language", "de")
            done = run_fastauth(*arguments, settings=smtp(box.port), directory=tmp_path)
        assert (done.exit_code, done.output) == (0, "sent by FASTAUTH_MAIL=smtp\n")
        (message,) = box.messages()
        assert (message.to, message.subject, message.language) == ("ann@example.com", "Testmail", "de")
        assert message.message_id.endswith("@localhost")

    def test_failure_is_one_line_without_a_secret(self, tmp_path: Path) -> None:
        with refusing_port() as closed, mail_server({"RCPT": "550 no canary"}, auth=True) as box:
            for settings, address, reason in (
                (smtp(box.port), "ann@example.com", "the server replied 550"),
                (smtp(box.port, "canary"), "ann@example.com", "the server replied 535 5.7.8"),
                (smtp(closed), "ann@example.com", "no reply: ConnectionRefusedError"),
                (smtp(box.port), "canary", "the address of the recipient cannot be used in a mail"),
                (SETTINGS | {"FASTAUTH_MAIL": "off"}, "ann@example.com", "FASTAUTH_MAIL is off"),
            ):
                done = run_fastauth("mail", "test", address, settings=settings, directory=tmp_path)
                assert (done.exit_code, done.output) == (1, f"fastauth: not sent: {reason}\n")


class TestDoctor:
    def test_connects_on_request(self, tmp_path: Path) -> None:
        with mail_server(auth=True) as box:
            for password, level in (("p%40ss%20w%2Frd", "ok"), ("canary", "fail")):
                settings = smtp(box.port, password)
                done = run_fastauth("doctor", "--json", "--mail", settings=settings, directory=tmp_path)
                findings = {each["subject"]: each for each in json.loads(done.stdout)["findings"]}
                assert findings["mail server"]["level"] == level
                assert "canary" not in done.output
            assert box.envelopes == []

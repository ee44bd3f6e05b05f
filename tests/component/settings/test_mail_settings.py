"""Settings of mail and of pages, and the rules of production about them."""

from typing import Any

import pytest
from tests.component.settings.production_settings import in_production

from fastauth.adapters.mail.smtp_server import SmtpServer, Tls
from fastauth.entrypoints.production import production_errors
from fastauth.entrypoints.settings import Settings, SettingsError

CANARY = "canary4711"
MAIL = {
    "mail": "smtp",
    "mail_url": f"smtps://user:{CANARY}@smtp.example",
    "mail_from": "Acme <auth@acme.example>",
}


def settings_of(**given: Any) -> Settings:  # noqa: ANN401  what the settings parse
    """Return settings from the texts that a user gives."""
    return Settings(**given)


class TestMailUrl:
    def test_names_a_server(self) -> None:
        table = {
            "smtps://smtp.example": SmtpServer(host="smtp.example", port=465, tls=Tls.IMPLICIT),
            "SMTPS://smtp.example/": SmtpServer(host="smtp.example", port=465, tls=Tls.IMPLICIT),
            "smtp+starttls://a:b@smtp.example:2587": SmtpServer(
                host="smtp.example", port=2587, tls=Tls.STARTTLS, user="a", password="b"
            ),
            "smtp+starttls://a%40b.example:p%2Fw%20%40@smtp.example": SmtpServer(
                host="smtp.example", port=587, tls=Tls.STARTTLS, user="a@b.example", password="p/w @"
            ),
            "smtp://127.0.0.1": SmtpServer(host="127.0.0.1", port=25, tls=Tls.NONE),
            "smtp://[::1]:1025": SmtpServer(host="::1", port=1025, tls=Tls.NONE),
        }
        for url, server in table.items():
            assert settings_of(mail_url=url).mail_url == server, url

    def test_is_refused_without_its_value(self) -> None:
        for url in (
            *(CANARY, f"http://{CANARY}", f"smtps:{CANARY}", f"smtps:///{CANARY}", f"smtps://u:{CANARY}@"),
            *(f"smtps://{CANARY}@h", f"smtps://h/{CANARY}", f"smtps://h?{CANARY}", f"smtps://h#{CANARY}"),
            *(f"smtps://u:{CANARY}@h:x", f"smtps://u:{CANARY}@h:0", f"smtps://u:{CANARY}@h:"),
            *(
                f"smtps://u:{CANARY}@h:65536",
                f"smtps://[{CANARY}]",
                f"smtp+tls://{CANARY}",
                f"smtps://u:{CANARY}/@h",
            ),
        ):
            with pytest.raises(ValueError, match="mail_url") as refusal:
                settings_of(mail_url=url)
            assert "must b" in str(refusal.value), url

    def test_password_is_never_shown(self, monkeypatch: pytest.MonkeyPatch) -> None:
        settings = settings_of(mail_url=MAIL["mail_url"])
        assert CANARY not in repr(settings) + repr(settings.mail_url)
        monkeypatch.setenv("FASTAUTH_MAIL_URL", f"smtps://u:{CANARY}@h/x")
        with pytest.raises(SettingsError, match="FASTAUTH_MAIL_URL") as refusal:
            Settings.load()
        assert CANARY not in str(refusal.value)


class TestMailFrom:
    def test_is_an_address_with_or_without_a_name(self) -> None:
        table = {
            "auth@acme.example": "auth@acme.example",
            "<auth@acme.example>": "auth@acme.example",
            "Acme Log-in <auth@acme.example>": "Acme Log-in <auth@acme.example>",
            '"Acme" <auth@acme.example>': "Acme <auth@acme.example>",
            "Ärzte e.V. <auth@acme.example>": '"Ärzte e.V." <auth@acme.example>',
            "fastauth@localhost": "fastauth@localhost",
        }
        for given, shown in table.items():
            assert str(settings_of(mail_from=given).mail_from) == shown

    def test_anything_else_is_refused(self) -> None:
        for given in (
            *("x", "@", "a@", "@b", "a b@c", "a@b, c@d", "a@b c@d", "a@é.example", "é@a.example", "a@b (c)"),
            *("g: a@b;", "a..b@c.example", '"a b"@c.example', "a@b\r\nBcc: c@d", "A <a@b> B", "A, B <a@b>"),
            *("=?utf-8?q?x=0d=0aBcc:?= a@b", "a@[127.0.0.1]", "x" * 65 + "@b.example"),
        ):
            with pytest.raises(ValueError, match="mail_from"):
                settings_of(mail_from=given)


class TestPublicUrl:
    @pytest.mark.parametrize(
        ("given", "expected"),
        [
            ({}, "http://localhost:8000"),
            ({"host": "127.0.0.2", "port": 9000}, "http://localhost:9000"),
            ({"host": "::1"}, "http://localhost:8000"),
            ({"host": "0.0.0.0"}, "http://localhost:8000"),  # noqa: S104  the setting
            ({"host": "192.0.2.7"}, "http://192.0.2.7:8000"),
            ({"issuer": "https://auth.example/a"}, "https://auth.example/a"),
            ({"issuer": "https://auth.example", "pages_url": "https://id.example"}, "https://id.example"),
        ],
    )
    def test_is_the_one_of_the_settings(self, given: dict[str, object], expected: str) -> None:
        assert settings_of(**given).public_url == expected


class TestLinks:
    def test_lead_to_pages_of_a_front_end(self) -> None:
        for url in (
            "https://app.example/verify",
            "https://app.example/?page=verify",
            "http://localhost:3000/",
        ):
            assert settings_of(link_verify=url).link_verify == url

    def test_other_urls_are_refused(self) -> None:
        for url in (
            "app.example",
            "http://app.example/",
            "https://app.example/#a",
            "https://a b/",
            "x://y",
            "https://u:p@a/",
        ):
            with pytest.raises(ValueError, match="link_reset"):
                settings_of(link_reset=url)


class TestDefaults:
    def test_development_has_an_inbox_and_a_server_to_change_to(self) -> None:
        settings = Settings()
        assert (settings.mail, settings.mail_per_minute, settings.pages, settings.reset_minutes) == (
            "inbox",
            60,
            True,
            10,
        )
        assert settings.mail_url == SmtpServer(host="127.0.0.1", port=1025, tls=Tls.NONE)
        assert settings.sends_mail

    def test_production_sends_nothing(self) -> None:
        settings = in_production()
        assert (settings.mail, settings.mail_url, settings.mail_from) == ("off", None, None)
        assert not settings.sends_mail

    def test_inbox_is_a_relaxation(self) -> None:
        assert "mails readable at /dev/inbox" in Settings().development_relaxations
        assert "mails readable at /dev/inbox" not in settings_of(mail="off").development_relaxations


class TestProductionRules:
    def test_whole_configurations_are_accepted(self) -> None:
        for changes in (
            MAIL,
            MAIL | {"mail_url": "smtp+starttls://u:p@smtp.example"},
            MAIL | {"mail_url": "smtp://127.0.0.1:25"},
            MAIL | {"mail_url": "smtp://localhost"},
            MAIL | {"pages_url": "https://id.example"},
            MAIL
            | {"pages": False}
            | {
                f"link_{name}": f"https://app.example/{name}"
                for name in ("verify", "reset", "undo", "invitation", "keep")
            },
            {"pages": False},
            {"pages": False, "pages_url": "http://id.internal"},
            {"link_verify": "http://localhost:3000/"},
            {"return_to": "https://app.example/callback, https://other.example/?lang=de"},
        ):
            assert production_errors(in_production(**changes)) == [], changes

    def test_half_configurations_are_refused(self) -> None:
        for named, changes in (
            ("FASTAUTH_MAIL=inbox", {"mail": "inbox"}),
            ("FASTAUTH_MAIL_URL and FASTAUTH_MAIL_FROM missing", {"mail": "smtp"}),
            ("FASTAUTH_MAIL_URL missing", {"mail": "smtp", "mail_from": MAIL["mail_from"]}),
            ("FASTAUTH_MAIL_FROM missing", {"mail": "smtp", "mail_url": MAIL["mail_url"]}),
            ("FASTAUTH_MAIL is off", {"mail_url": MAIL["mail_url"]}),
            ("FASTAUTH_MAIL is off", {"mail_from": MAIL["mail_from"]}),
            ("FASTAUTH_MAIL_URL has no TLS", MAIL | {"mail_url": f"smtp://u:{CANARY}@smtp.example"}),
            ("FASTAUTH_MAIL_URL has no TLS", MAIL | {"mail_url": "smtp://10.0.0.1"}),
            (
                "FASTAUTH_LINK_UNDO, FASTAUTH_LINK_INVITATION, FASTAUTH_LINK_KEEP missing",
                MAIL | {"pages": False},
            ),
            ("FASTAUTH_PAGES_URL", MAIL | {"pages_url": "http://id.internal"}),
            ("FASTAUTH_PAGES_URL", {"pages_url": "http://id.internal"}),
            ("FASTAUTH_LINK_UNDO", MAIL | {"link_undo": "https://localhost/"}),
            ("FASTAUTH_RETURN_TO", {"return_to": "https://app.example/, http://app.internal/"}),
            ("FASTAUTH_RETURN_TO", {"return_to": "https://localhost/"}),
        ):
            (error,) = production_errors(in_production(**changes))
            assert named in error, (named, error)
            assert CANARY not in error
            assert "\n" not in error

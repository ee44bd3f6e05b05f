"""``/dev/inbox``, and what all pages have in common."""

from dataclasses import replace
from typing import Any

import httpx2
import pytest
from tests.application import fakes_over
from tests.component.settings.production_settings import FIT
from tests.container_pool import a_container
from tests.contracts.mail.mail_transport import A_MESSAGE
from tests.fakes import FakePasswordHasher, FakeStorage

from fastauth.domain.mail.message import Message
from fastauth.entrypoints.http.accept_language import choose_language
from fastauth.entrypoints.http.app import create_app
from fastauth.entrypoints.settings import Settings

PATH = "/dev/inbox"


class Inbox:
    """Keeps the mails that a test gives."""

    def __init__(self, *messages: Message) -> None:
        self._messages = messages

    async def newest(self, limit: int) -> list[Message]:
        return list(self._messages[:limit])


def client_of(*messages: Message, **settings: Any) -> httpx2.AsyncClient:  # noqa: ANN401  what the settings parse
    storage = FakeStorage()
    fakes = fakes_over(storage, FakePasswordHasher()) | {"mail_inbox": Inbox(*messages)}
    container = a_container(settings=Settings(**settings), **fakes)
    transport = httpx2.ASGITransport(create_app(container), raise_app_exceptions=False)
    return httpx2.AsyncClient(transport=transport, base_url="http://localhost:8000")


class TestInbox:
    async def test_shows_mails_with_their_links(self) -> None:
        async with client_of(A_MESSAGE, replace(A_MESSAGE, subject="Second", text="No link.\n")) as client:
            page = await client.get(PATH)
        assert page.status_code == 200
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"
        link = "https://auth.example.com/verify-email#token=fa_ev_4711"
        assert page.text.count(f'<a href="{link}">') == 1
        assert page.text.index("Bestätigen Sie Ihre Adresse") < page.text.index("Second")
        assert "to santosh@example.com" in page.text

    async def test_says_what_to_do_without_mails(self) -> None:
        async with client_of() as client:
            assert "There are no mails yet" in (await client.get(PATH)).text

    async def test_hostile_mail_is_text(self) -> None:
        hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
        link = 'https://a.example/"><script>alert(2)</script>#token=x'
        message = replace(A_MESSAGE, subject=hostile, text=f"{hostile}\n{link}\n", to=hostile)
        async with client_of(message) as client:
            page = (await client.get(PATH)).text
        assert "<script>alert" not in page
        assert "<img" not in page
        assert page.count("<script ") == page.count("<script") == 1

    @pytest.mark.parametrize(
        "settings", [{"mail": "off"}, {"mail": "smtp"}, {**FIT, "mail": "inbox"}, {**FIT, "mail": "smtp"}]
    )
    async def test_is_of_development_with_an_inbox_alone(self, settings: dict[str, Any]) -> None:
        async with client_of(A_MESSAGE, **settings) as client:
            page = await client.get(PATH)
        assert (page.status_code, page.json()["code"]) == (404, "not_found")

    async def test_name_of_another_site_is_refused(self) -> None:
        """A site whose name points to this machine would read the links as its own (DNS rebinding)."""
        async with client_of(A_MESSAGE, pages_url="http://fastauth.test:8000") as client:
            for host, status in (
                *((name, 200) for name in ("localhost", "127.0.0.1:8000", "[::1]:8000", "192.0.2.1:8000")),
                *((name, 200) for name in ("auth.localhost:8000", "fastauth.test:8000")),
                *((name, 404) for name in ("evil.example", "localhost.evil.example:8000", "[", "a]b", "")),
            ):
                assert (await client.get(PATH, headers={"Host": host})).status_code == status, host


class TestHeaders:
    async def test_page_loads_nothing_from_elsewhere(self) -> None:
        async with client_of(A_MESSAGE) as client:
            page = await client.get(PATH)
            assert {name: page.headers[name] for name in HEADERS} == HEADERS
            head = await client.head(PATH)
            assert (head.status_code, head.text) == (200, "")
            api = await client.get("/ping")
        assert api.headers["Referrer-Policy"] == "no-referrer"
        assert "script-src" not in api.headers["Content-Security-Policy"]

    async def test_files_have_addresses_of_their_contents(self) -> None:
        async with client_of() as client:
            page = (await client.get(PATH)).text
            for ending, kind in (("css", "text/css"), ("js", "text/javascript")):
                path = next(text for text in page.split('"') if text.endswith(f"/app.{ending}"))
                file = await client.get(path)
                assert file.status_code == 200
                assert file.headers["Content-Type"].startswith(kind)
                assert file.headers["Cache-Control"] == "public, max-age=31536000, immutable"
                assert file.headers["X-Content-Type-Options"] == "nosniff"
                assert "http" not in file.text
            for path in ("/assets/0/app.css", "/assets/app.css", "/assets/0/../app.css", "/assets/0/x"):
                assert (await client.get(path)).status_code == 404

    async def test_prefix_of_the_public_url_is_in_each_path(self) -> None:
        async with client_of(pages_url="https://a.example/auth") as client:
            page = (await client.get(PATH)).text
        assert page.count('"/auth/assets/') == 2
        assert page.count('"/assets/') == 0


HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
        " form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'"
    ),
    "Permissions-Policy": "publickey-credentials-get=(self), publickey-credentials-create=(self)",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept-Language",
}


class TestLanguage:
    def test_is_the_offered_one_that_the_browser_prefers(self) -> None:
        for header, language in {
            "": "en",
            "de": "de",
            "de-AT,de;q=0.9,en;q=0.8": "de",
            "fr-FR, fr;q=0.9, de;q=0.5, en;q=0.4": "de",
            "en-GB,de;q=0.9": "en",
            "de;q=0.1, en;q=0.2": "en",
            "de;q=0": "en",
            "fr": "en",
            "*": "en",
            "DE": "de",
            "de;q=2": "en",
            "de;q=x": "en",
            "../de": "en",
            "de\u00e9": "en",
            "de" + "-x" * 10_000: "en",
            "x," * 10_000 + "de": "en",
        }.items():
            assert choose_language(header, offered=frozenset({"en", "de"}), default="en") == language, header

    async def test_page_is_in_german(self) -> None:
        async with client_of() as client:
            page = (await client.get(PATH, headers={"Accept-Language": "de"})).text
        assert '<html lang="de">' in page
        assert "Es gibt noch keine Mails" in page

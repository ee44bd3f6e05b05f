"""Hostile texts in every field of every form, and in what is shown of an account."""

import httpx2
import pytest
from tests.hostile_texts import HOSTILE_TEXTS
from tests.page_helpers import Browser, Page

pytestmark = pytest.mark.usefixtures("ann")

FORMS = {
    "/log-in": ("username", "password", "next"),
    "/register": ("username", "fullname", "email", "password", "next"),
    "/verify-email": ("username", "password", "token"),
    "/reset": ("identifier",),
    "/reset/new": ("token", "new_password"),
    "/undo-email": ("token",),
}


def without_values(page: Page, tag: str) -> list[dict[str, str | None]]:
    """Return the attributes of the elements, without what an error adds and the value."""
    of_errors = {"value", "aria-invalid", "aria-describedby", "autofocus"}
    return [{name: value for name, value in each.items() if name not in of_errors} for each in page.of(tag)]


class TestHostileTexts:
    async def test_in_every_field(self, client: httpx2.AsyncClient) -> None:
        """The page that answers has the elements of the form with nothing in it, and the text as a value."""
        assert len(HOSTILE_TEXTS) == len(set(HOSTILE_TEXTS)) == 30
        browser = Browser(client)
        for path, fields in FORMS.items():
            empty = await browser.open(path)
            for text in HOSTILE_TEXTS:
                page = await browser.send(path, **dict.fromkeys(fields, text))
                if page.status == 200:  # the request for a reset, which shows nothing of the text
                    assert "Look into your mailbox" in page.text
                    continue
                assert page.status in {401, 422}, (path, text)
                for tag in ("form", "input", "script", "link", "base", "meta", "a", "style", "iframe", "svg"):
                    assert without_values(page, tag) == without_values(empty, tag), (path, tag, text)
                names = [name for _, attributes in page.elements for name in attributes]
                assert not [name for name in names if name.startswith("on")], (path, text)
                printable = "".join(filter(str.isprintable, text))
                for name in set(fields) - {"password", "new_password", "next"}:
                    assert page.value(name) == printable.strip(), (path, name, text)

    async def test_in_a_name_that_is_shown(self, client: httpx2.AsyncClient) -> None:
        for number, text in enumerate(HOSTILE_TEXTS):
            browser = Browser(client)
            form = {"username": f"user{number}", "fullname": text[:50], "password": "x", "email": ""}
            answer = await browser.post("/register", **form)
            if answer.status_code != 303:
                assert answer.status_code == 422, text
                continue
            page = Page(await browser.get("/log-out"))
            assert len(page.of("script")) == 1, text
            assert text[:50] not in page.text or "<" not in text, text

    async def test_in_the_query(self, client: httpx2.AsyncClient) -> None:
        for text in HOSTILE_TEXTS:
            for path in ("/log-in", "/register"):
                page = Page(await client.get(path, params={"next": text, "username": text, "error": text}))
                assert page.value("next") == "/account", text
                assert len(page.of("script")) == 1, text

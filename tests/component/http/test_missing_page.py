"""What a browser sees at an address without a page, and a program at one without a route."""

import httpx2
import pytest
from tests.http_helpers import assert_problem
from tests.page_helpers import Page

from fastauth.entrypoints.http.pages.rendering import TEMPLATES
from fastauth.entrypoints.settings import Settings

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"}
MISSING = {
    "/nowhere": 404,
    "/account/nowhere": 404,
    "/account/": 404,
    "/account/authenticator/confirm": 405,  # in the address bar after a wrong code: the user presses Enter
    "/account/sessions/end": 405,
}


class TestMissingPage:
    async def test_browser_gets_a_page(self, client: httpx2.AsyncClient) -> None:
        for path, status in MISSING.items():
            answer = await client.get(path, headers=BROWSER)
            page = Page(answer)
            assert (page.status, page.title) == (status, "There is no such page"), path
            assert "/" in [each["href"] for each in page.of("a")], path
            assert answer.headers["vary"] == "Accept, Accept-Language", path
            assert answer.headers["cache-control"] == "no-store", path
            assert answer.headers.get("allow") == ("POST" if status == 405 else None), path
        answer = await client.get("/nowhere", headers={**BROWSER, "Accept-Language": "de"})
        assert Page(answer).title == "Diese Seite gibt es nicht"

    async def test_program_gets_a_problem(self, client: httpx2.AsyncClient) -> None:
        for accept in ("*/*", "", "application/json", "application/json, text/html;q=0.5", "text/htmlx"):
            for path, status in MISSING.items():
                answer = await client.get(path, headers={"Accept": accept})
                assert_problem(answer, status, "not_found" if status == 404 else "method_not_allowed")


class TestPagesOff:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"pages": False})

    async def test_browser_gets_a_problem(self, client: httpx2.AsyncClient) -> None:
        assert_problem(await client.get("/nowhere", headers=BROWSER), 404, "not_found")


class TestTemplates:
    def test_no_page_is_a_dead_end(self) -> None:
        """Each has a form or a link, also those that answer a form."""
        found = sorted(TEMPLATES.rglob("*.html"))
        pages = {each.name: each.read_text() for each in found if "{% extends" in each.read_text()}
        assert len(pages) > 50
        of_layouts = ("console/", "account_form.html", "account_layout.html", "inbox.html")
        for name, text in pages.items():
            layout = text.split('"')[1]
            assert layout.startswith(of_layouts) or "<a " in text or "<form" in text, name

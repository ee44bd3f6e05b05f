"""Helpers of tests that send the forms of pages."""

import re
from functools import cached_property
from html.parser import HTMLParser
from typing import Any

import httpx2
from tests.http_helpers import ANN, TokenPair, bearer
from tests.mail_helpers import deliver, token_of

from fastauth.entrypoints.container import Container

ADDRESS = "ann@example.com"
FROM_HERE = {"Sec-Fetch-Site": "same-origin"}
CREDENTIALS = {"username": ANN["username"], "password": ANN["password"]}


class Page(HTMLParser):
    """The elements of a page with their attributes."""

    def __init__(self, answer: httpx2.Response) -> None:
        super().__init__()
        self.status = answer.status_code
        self.text = answer.text
        self._elements: list[tuple[str, dict[str, str | None]]] = []

    @cached_property
    def elements(self) -> list[tuple[str, dict[str, str | None]]]:
        """Parsed when a test first reads them: many read the title or the text alone."""
        self.feed(self.text)
        return self._elements

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._elements.append((tag, dict(attrs)))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def value(self, name: str) -> str | None:
        """The value of a field, which is the same in each form that has it."""
        (found,) = {each.get("value") for each in self.of("input") if each["name"] == name}
        return found

    @property
    def error(self) -> str:
        """The texts of the errors above the form and at its fields, or nothing."""
        found = re.findall(r'<div id="error".*?</div>|<p class="error" id=.*?</p>', self.text, re.DOTALL)
        return " ".join(re.sub(r"<[^>]+>", " ", " ".join(found)).split())

    def input(self, name: str) -> dict[str, str | None]:
        """The attributes of a field."""
        (found,) = [each for each in self.of("input") if each["name"] == name]
        return found

    def text_at(self, id_: str | None) -> str:
        """The text of the paragraph with this id."""
        (found,) = re.findall(rf'<p [^>]*id="{id_}"[^>]*>(.*?)</p>', self.text)
        return str(found)

    @property
    def title(self) -> str:
        (found,) = re.findall(r"<h1>(.*?)</h1>", self.text)
        return str(found)


async def send(client: httpx2.AsyncClient, path: str, **form: str) -> Page:
    """Send a form as a page of the service does."""
    return Page(await client.post(path, data=form, headers=FROM_HERE))


async def a_pending_address(client: httpx2.AsyncClient, container: Container, tokens: TokenPair) -> str:
    """Give Ann an address that is not verified, and return the token of the mail."""
    await client.put("/users/me/email", json={"email": ADDRESS}, headers=bearer(tokens))
    return token_of("fa_ev_", await deliver(container))


class Browser:
    """A browser that keeps the cookies of the service and sends its forms."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self.client = client
        self.cookies: dict[str, str] = {}
        self.set_cookies: list[str] = []
        """The headers ``Set-Cookie`` of the last answer."""

    async def request(
        self,
        method: str,
        path: str,
        headers: dict[str, str] | None = None,
        **more: Any,  # noqa: ANN401  arguments of httpx
    ) -> httpx2.Response:
        """Send a request with the cookies, and keep those of the answer."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = (headers or {}) | ({"Cookie": cookies} if cookies else {})
        answer = await self.client.request(method, path, headers=sent, **more)
        self.set_cookies = answer.headers.get_list("set-cookie")
        for each in self.set_cookies:
            name, _, value = each.partition(";")[0].partition("=")
            self.cookies.pop(name, None)
            if "Max-Age=0" not in each:
                self.cookies[name] = value
        return answer

    async def get(self, path: str) -> httpx2.Response:
        return await self.request("GET", path)

    async def open(self, path: str) -> Page:
        return Page(await self.get(path))

    async def post(self, path: str, /, **form: str) -> httpx2.Response:
        return await self.post_with(FROM_HERE, path, **form)

    async def post_with(self, headers: dict[str, str], path: str, /, **form: str) -> httpx2.Response:
        return await self.request("POST", path, headers, data=form)

    async def send(self, path: str, /, **form: str) -> Page:
        """Send a form; return the page that answers it without a redirect."""
        return Page(await self.post(path, **form))

    async def log_in(self, **more: str) -> httpx2.Response:
        answer = await self.post("/log-in", **(CREDENTIALS | more))
        assert answer.status_code == 303, answer.text
        return answer

    async def is_logged_in(self) -> bool:
        return (await self.get("/")).headers["location"] == "/account"

    async def csrf_token(self) -> str:
        """The token in a form of the session."""
        return (await self.open("/log-out")).value("csrf_token") or ""

"""Helpers of tests that send the forms of pages."""

import re
from html.parser import HTMLParser

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
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(answer.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def value(self, name: str) -> str | None:
        (found,) = [each["value"] for each in self.of("input") if each["name"] == name]
        return found

    @property
    def error(self) -> str:
        """The text of the error, or nothing."""
        found = re.search(r'<div id="error".*?</div>', self.text, re.DOTALL)
        return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split()) if found else ""

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

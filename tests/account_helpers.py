"""A browser in which Ann is logged in, and the forms of her account."""

import re

import httpx2
from tests.page_helpers import Browser, Page


class OwnBrowser(Browser):
    """A browser in which Ann is logged in."""

    token = ""

    async def act(self, path: str, **form: str) -> httpx2.Response:
        """Send a form of the account."""
        return await self.post(path, csrf_token=self.token, **form)

    async def changed(self, path: str, **form: str) -> str:
        """Send a form that changes something; return the message of the overview."""
        answer = await self.act(path, **form)
        assert answer.status_code == 303, answer.text
        page = await self.open(answer.headers["location"])
        (message,) = re.findall(r'<div id="done"[^>]*><p>(.*?)</p>', page.text)
        return str(message)

    async def refused(self, path: str, **form: str) -> Page:
        answer = await self.act(path, **form)
        assert answer.status_code in {401, 403, 409, 422}, answer.text
        return Page(answer)


async def own_browser(client: httpx2.AsyncClient) -> OwnBrowser:
    browser = OwnBrowser(client)
    await browser.log_in()
    browser.token = await browser.csrf_token()
    return browser

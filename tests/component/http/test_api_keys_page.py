"""``/account/api-keys``: list, make and revoke keys."""

import re

import httpx2
import pytest
from tests.account_helpers import OwnBrowser, own_browser
from tests.http_helpers import ANN
from tests.page_helpers import Page

from fastauth.domain.roles.role import Role
from fastauth.entrypoints.container import Container

pytestmark = pytest.mark.usefixtures("ann")
READ = "orders:read"


@pytest.fixture
async def browser(client: httpx2.AsyncClient, ann: None, container: Container) -> OwnBrowser:
    storage = container.roles().storage  # type: ignore[attr-defined]  # a fake
    storage.roles["clerk"] = Role(name="clerk", permissions=frozenset({READ}))
    await container.grant_role()(username=ANN["username"], role="clerk")
    return await own_browser(client)


class TestApiKeysPage:
    async def test_key_is_shown_once_and_revoked(
        self, browser: OwnBrowser, client: httpx2.AsyncClient
    ) -> None:
        assert "There are none." in (await browser.open("/account/api-keys")).text
        form = await browser.open("/account/api-keys/add")
        assert READ in form.text
        fields = {"name": "<b>Backup", "scopes": READ, "expires_in_days": "30"}
        page = Page(await browser.act("/account/api-keys/add", **fields))
        assert page.title == "Your new API key"
        (text,) = re.findall(r'<p class="secret">(\S+)</p>', page.text)
        answer = await client.post("/api-keys/token", headers={"Authorization": f"Bearer {text}"})
        assert answer.json()["scope"] == READ
        shown = await browser.open("/account/api-keys")
        assert "&lt;b&gt;Backup" in shown.text
        assert text not in shown.text
        id_ = next(str(each["value"]) for each in shown.of("input") if each["name"] == "key_id")
        assert await browser.changed("/account/api-keys/revoke", key_id=id_) == "The API key is revoked."
        answer = await client.post("/api-keys/token", headers={"Authorization": f"Bearer {text}"})
        assert answer.status_code == 401

    async def test_form_that_is_sent_twice_makes_one_key(
        self, browser: OwnBrowser, container: Container
    ) -> None:
        fields = {"name": "Backup", "scopes": READ, "expires_in_days": "30"}
        first, again = [await browser.act("/account/api-keys/add", **fields) for _ in range(2)]
        assert (again.status_code, again.content) == (200, first.content)
        assert len(container.api_keys().storage.api_keys) == 1  # type: ignore[attr-defined]  # a fake
        browser.token = await browser.csrf_token()
        assert (await browser.act("/account/api-keys/add", **fields)).content != first.content

    async def test_shows_what_is_wrong(self, browser: OwnBrowser) -> None:
        good = {"name": "Backup", "scopes": READ, "expires_in_days": "30"}
        for wrong, message in (
            ({"scopes": "orders:write"}, "You cannot give one of these permissions."),
            ({"expires_in_days": "366"}, "Enter a number from 1 to 365."),
            ({"expires_in_days": "soon"}, "Enter a number from 1 to 365."),
            ({"expires_in_days": "٣"}, "Enter a number from 1 to 365."),
            ({"name": ""}, "Enter something here."),
        ):
            page = await browser.refused("/account/api-keys/add", **good | wrong)
            assert message in page.text, wrong
            assert 'value="Backup"' in page.text or "name" in wrong

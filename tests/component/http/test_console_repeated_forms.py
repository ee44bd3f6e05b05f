"""A form of the console that makes something, and is sent twice."""

import re

import httpx2
import pytest
from dependency_injector.providers import Object
from tests.account_helpers import OwnBrowser
from tests.console_helpers import an_account, log_in_as
from tests.fakes import FakeStorage
from tests.page_helpers import Page

from fastauth.domain.idempotency.errors import IdempotencyKeyInUse
from fastauth.entrypoints.container import Container

NEW = "/console/new-webhook"
WEBHOOK = {"url": "https://billing.example/hooks/fastauth"}


@pytest.fixture
async def root(container: Container, client: httpx2.AsyncClient) -> OwnBrowser:
    await an_account(container, "root1", "admin")
    return await log_in_as(client, "root1")


async def path_of_new(root: OwnBrowser, form: str, **fields: str) -> str:
    """Make a thing, and return the path of its page."""
    page = Page(await root.act(form, **fields))
    (path,) = re.findall(r'href="(/console/[a-z]+/(?:fa_c|wh)_[^"/]+)"', page.text)
    return str(path)


class TestFormThatIsSentTwice:
    async def test_has_the_first_answer_and_makes_nothing(
        self, root: OwnBrowser, storage: FakeStorage
    ) -> None:
        client = await path_of_new(root, "/console/new-client", name="orders")
        webhook = await path_of_new(root, NEW, **WEBHOOK)
        for form, fields, status in (
            ("/console/new-client", {"name": "billing"}, 200),
            (f"{client}/rotate-secret", {}, 200),
            (NEW, WEBHOOK, 200),
            (f"{webhook}/rotate-secret", {}, 200),
            ("/console/new-invitation", {"email": "ann@example.com", "expires_in_days": "7"}, 303),
        ):
            root.token = await root.csrf_token()
            first = await root.act(form, **fields)
            events, answered = len(storage.events), len(storage.answered_requests)
            again = await root.act(form, **fields)
            assert (first.status_code, again.status_code) == (status, status), form
            assert (again.content, again.headers.get("location")) == (
                first.content,
                first.headers.get("location"),
            ), form
            for name in ("cache-control", "content-security-policy", "content-type", "referrer-policy"):
                assert again.headers.get(name) == first.headers.get(name), (form, name)
            assert (len(storage.events), len(storage.answered_requests)) == (events, answered), form

    async def test_of_another_page_or_with_other_content_is_another_form(
        self, root: OwnBrowser, storage: FakeStorage
    ) -> None:
        await root.act(NEW, **WEBHOOK)
        await root.act(NEW, **WEBHOOK, **{"user.erased": "on"})
        root.token = await root.csrf_token()
        await root.act(NEW, **WEBHOOK)
        assert len(storage.webhooks) == 3

    async def test_is_done_again_if_it_was_refused(self, root: OwnBrowser, storage: FakeStorage) -> None:
        for _ in range(2):
            assert (await root.refused(NEW, url="x")).value("url") == "x"
        assert storage.answered_requests == {}

    async def test_while_the_first_is_processed_gets_a_page_to_reload(
        self, root: OwnBrowser, container: Container
    ) -> None:
        async def refuse(*_: object, **__: object) -> None:
            raise IdempotencyKeyInUse

        with container.run_once.override(Object(refuse)):
            page = await root.refused(NEW, **WEBHOOK)
        assert (page.status, page.error) == (
            409,
            "This form is being processed. Reload this page in a few seconds.",
        )

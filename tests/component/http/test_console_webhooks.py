"""``/console/webhooks``: where events are sent; secrets are shown once."""

import re
from dataclasses import replace
from datetime import timedelta

import httpx2
import pytest
from tests.account_helpers import OwnBrowser
from tests.console_helpers import an_account, log_in_as
from tests.fakes import FakeClock, FakeOutboundHttp, FakeStorage
from tests.page_helpers import Page

from fastauth.domain.outbound.errors import OutboundFailure
from fastauth.domain.webhooks.webhook import MAX_WEBHOOKS
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.pages.rendering import TEMPLATES

URL = "https://billing.example/hooks/fastauth"
LIST, NEW = "/console/webhooks", "/console/new-webhook"


@pytest.fixture
async def root(container: Container, client: httpx2.AsyncClient) -> OwnBrowser:
    await an_account(container, "root1", "admin")
    return await log_in_as(client, "root1")


@pytest.fixture
def receiver(container: Container) -> FakeOutboundHttp:
    http = container.outbound_http()
    assert isinstance(http, FakeOutboundHttp)
    return http


def secret_in(page: Page) -> str:
    (secret,) = re.findall(r'<p class="secret">(whsec_[^<]+)</p>', page.text)
    return str(secret)


async def created(root: OwnBrowser, **boxes: str) -> tuple[str, str]:
    """Create a webhook, and return the path of its page and its secret."""
    answer = await root.act(NEW, url=f" {URL} ", **boxes)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store"), answer.text
    page = Page(answer)
    (path,) = {each["href"] for each in page.of("a") if (each["href"] or "").startswith(f"{LIST}/wh_")}
    return str(path), secret_in(page)


def checked(page: Page) -> list[str | None]:
    return [each["name"] for each in page.of("input") if "checked" in each]


class TestWebhook:
    async def test_secret_is_shown_once(self, root: OwnBrowser, storage: FakeStorage) -> None:
        assert "There are no webhooks." in (await root.open(LIST)).text
        assert (await root.open(NEW)).title == "New webhook"
        path, secret = await created(root)
        assert (await root.open(path)).title == URL
        for shown in (path, LIST, f"{path}/edit"):
            page = await root.open(shown)
            assert URL in page.text, shown
            assert "whsec_" not in page.text, shown
        assert secret not in repr(vars(storage))

    async def test_types_are_chosen_and_changed(self, root: OwnBrowser) -> None:
        path, _ = await created(root, **{"user.disabled": "on", "user.erased": "on"})
        page = await root.open(f"{path}/edit")
        assert checked(page) == ["user.disabled", "user.erased"]
        changes = {"url": f"{URL}/2", "user.erased": "on"}
        assert await root.changed(f"{path}/edit", **changes) == "The webhook is saved."
        page = await root.open(f"{path}/edit")
        assert (page.value("url"), checked(page)) == (f"{URL}/2", ["user.erased"])
        await root.changed(f"{path}/edit", url=URL)
        assert checked(await root.open(f"{path}/edit")) == []
        assert ">user.erased<" not in (await root.open(path)).text

    async def test_refusals_keep_what_was_written(self, root: OwnBrowser, storage: FakeStorage) -> None:
        path, _ = await created(root)
        for url in ("http://billing.example/", "https://127.0.0.1/", "", "https://x:22/", "x"):
            for form in (NEW, f"{path}/edit"):
                page = await root.refused(form, url=url, **{"user.erased": "on"})
                assert page.error.startswith("Write a URL that begins with https://"), (form, url)
                assert (page.value("url"), checked(page)) == (url, ["user.erased"])
        stored = storage.webhooks[path.removeprefix(f"{LIST}/")]
        storage.webhooks |= {
            f"wh_{n:032x}": replace(stored, id=f"wh_{n:032x}") for n in range(MAX_WEBHOOKS - 1)
        }
        assert (await root.refused(NEW, url=URL)).error == "There are 50 webhooks already. Remove one first."
        assert NEW not in [each["href"] for each in (await root.open(LIST)).of("a")]

    async def test_secret_is_rotated(self, root: OwnBrowser) -> None:
        path, first = await created(root)
        assert (await root.open(f"{path}/rotate-secret")).title == "New secret of a webhook"
        answer = await root.act(f"{path}/rotate-secret")
        assert answer.headers["cache-control"] == "no-store"
        assert secret_in(Page(answer)) != first
        assert "Old secret signs until" in (await root.open(path)).text
        await root.act(f"{path}/rotate-secret", at_once="on")
        assert "Old secret signs until" not in (await root.open(path)).text

    async def test_test_message(self, root: OwnBrowser, receiver: FakeOutboundHttp) -> None:
        path, _ = await created(root)
        page = Page(await root.act(f"{path}/test"))
        assert "it answered with status 204" in page.text
        for answer, reason in (
            (500, "The receiver answered with status 500."),
            (OutboundFailure.TIMED_OUT, "There was no response in time."),
        ):
            receiver.answer = lambda _, answer=answer: answer  # type: ignore[misc]  # of both kinds
            page = Page(await root.act(f"{path}/test"))
            assert (page.status, page.error) == (200, f"The test message was not delivered. {reason}")
        assert len(receiver.requests) == 3

    async def test_each_reason_of_a_failure_has_a_text(self) -> None:
        texts = (TEMPLATES / "console/webhook_parts.html").read_text()
        assert [each for each in OutboundFailure if f'"{each.value}": _(' not in texts] == []

    async def test_failing_one_is_tried_now(
        self, root: OwnBrowser, storage: FakeStorage, container: Container
    ) -> None:
        path, _ = await created(root)
        webhook = storage.webhooks[path.removeprefix(f"{LIST}/")]
        now = container.clock().now()
        await container.webhook_queue().retry(
            webhook, due_at=now + timedelta(hours=2), now=now, error=OutboundFailure.NOT_CONNECTED.value
        )
        for shown in (LIST, path):
            page = await root.open(shown)
            assert "No connection was made." in page.text, shown
            assert "tries again" in page.text, shown
        assert await root.changed(f"{path}/resume") == "The webhook is resumed."
        assert "tries again" not in (await root.open(path)).text

    async def test_is_disabled_resumed_and_removed(self, root: OwnBrowser) -> None:
        path, _ = await created(root)
        assert (await root.open(f"{path}/disable")).title == "Disable a webhook"
        assert await root.changed(f"{path}/disable") == "The webhook is disabled. It keeps its place."
        page = await root.open(path)
        assert "by an administrator or an operator" in page.text
        assert await root.changed(f"{path}/resume") == "The webhook is resumed."
        assert (await root.open(f"{path}/remove")).title == "Remove a webhook"
        assert await root.changed(f"{path}/remove") == "The webhook is removed."
        for act in ("", "/edit", "/rotate-secret", "/disable"):
            page = await root.open(f"{path}{act}")
            assert (page.status, page.error) == (404, "There is no such webhook any more."), act
        assert (await root.act(f"{path}/test")).status_code == 404
        assert (await root.get(f"{LIST}/x")).status_code == 404


class TestRules:
    async def test_auditor_reads(
        self, container: Container, client: httpx2.AsyncClient, root: OwnBrowser
    ) -> None:
        path, _ = await created(root)
        await an_account(container, "eve", "auditor")
        eve = await log_in_as(client, "eve")
        for shown in (LIST, path):
            page = await eve.open(shown)
            assert page.status == 200
            assert {each["action"] for each in page.of("form")} == {"/log-out"}
            assert NEW not in [each["href"] for each in page.of("a")]
        assert (await eve.open(NEW)).status == 403
        for act in (
            NEW,
            *(f"{path}/{act}" for act in ("edit", "rotate-secret", "test", "disable", "remove")),
        ):
            assert (await eve.act(act, url=URL)).status_code == 403, act

    async def test_acts_need_a_recent_log_in(
        self, root: OwnBrowser, clock: FakeClock, receiver: FakeOutboundHttp
    ) -> None:
        path, _ = await created(root)
        clock.advance(timedelta(minutes=11))
        assert (await root.open(path)).status == 200
        for act in (NEW, *(f"{path}/{act}" for act in ("edit", "rotate-secret", "test", "resume", "remove"))):
            answer = await root.act(act, url=URL)
            assert answer.headers["location"].startswith("/log-in/again"), act
        assert receiver.requests == []

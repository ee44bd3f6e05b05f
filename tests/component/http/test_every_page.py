"""What holds for each page that a browser can reach, also for one that is added later."""

from dataclasses import replace
from datetime import timedelta

import httpx2
import pytest
from starlette.routing import Route
from tests.application import fakes_over
from tests.component.http.test_inbox_page import HEADERS
from tests.console_helpers import an_account, log_in_as
from tests.container_pool import a_container
from tests.fakes import FakeClock, FakePasswordHasher, FakeStorage
from tests.http_helpers import assert_problem
from tests.page_helpers import Browser, Page

from fastauth.application.invitations.invite import InvitationRequest
from fastauth.domain.clients.client_id import ClientId
from fastauth.domain.roles.role import Role
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.app import create_app
from fastauth.entrypoints.http.pages.routing import PageRoute
from fastauth.entrypoints.settings import Settings

OWN_HOST = {"Host": "localhost:8000"}  # /dev/inbox answers no other name
KID = "k" * 43
EXAMPLES = {
    "user_id": "2",
    "role": "clerk",
    "act": "disable",
    "kid": KID,
    "client_id": "fa_c_" + "c" * 20,
    "webhook_id": "wh_" + "0" * 32,
    "invitation_id": "1",
}
pytestmark = pytest.mark.usefixtures("ann")


def pages_of(container: Container, method: str) -> list[str]:
    """Return the paths of all pages with this method, with `EXAMPLES` of what differs between them."""
    routes = create_app(container).router.routes
    found = [route for route in routes if isinstance(route, PageRoute) and method in (route.methods or ())]
    return sorted({route.path.format_map(EXAMPLES) for route in found})


@pytest.fixture
async def logged_in(container: Container, browser: Browser, storage: FakeStorage) -> Browser:
    """Ann, an administrator, beside another account, a role, a client, a webhook and an invitation."""
    await container.grant_role()(username="ann", role="admin")
    await container.apply_roles()(declared=[Role(name="clerk")])
    bob = await an_account(container, "bob")
    assert str(bob) == EXAMPLES["user_id"]
    client = (await container.create_client()(name="orders")).client
    client_id = ClientId(EXAMPLES["client_id"])
    storage.clients[client_id] = replace(storage.clients.pop(client.id), client=replace(client, id=client_id))
    webhook = (await container.create_webhook()(acting=None, url="https://billing.example/")).webhook
    webhook_id = EXAMPLES["webhook_id"]
    storage.webhooks[webhook_id] = replace(storage.webhooks.pop(webhook.id), id=webhook_id)
    invited = InvitationRequest(email="eve@example.com")
    assert (
        str((await container.invite_by_operator()(request=invited, by_mail=True)).invitation.id)
        == EXAMPLES["invitation_id"]
    )
    await browser.log_in()
    return browser


class TestEveryPage:
    async def test_is_found_by_these_tests(self, container: Container) -> None:
        found = pages_of(container, "GET")
        assert {"/", "/log-in", "/log-out", "/register", "/reset", "/dev/inbox"} <= set(found)

    async def test_headers(self, container: Container, logged_in: Browser) -> None:
        """A snapshot: no page has fewer headers, and none can be stored by a browser or a proxy."""
        shown = 0
        for browser in (logged_in, Browser(logged_in.client)):
            for path in pages_of(container, "GET"):
                answer = await browser.request("GET", path, OWN_HOST)
                if answer.status_code == 303:
                    assert answer.headers["location"].startswith(("/log-in", "/account")), path
                    assert answer.headers["cache-control"] == "no-store", path
                    continue
                assert answer.status_code == 200, path
                assert answer.headers["content-type"] == "text/html; charset=utf-8", path
                assert {name: answer.headers[name] for name in HEADERS} == HEADERS, path
                shown += 1
        assert shown > 10

    async def test_form_of_another_site_is_refused(
        self, container: Container, logged_in: Browser, storage: FakeStorage
    ) -> None:
        before = repr(vars(storage))
        token = await logged_in.csrf_token()
        for path in pages_of(container, "POST"):
            for headers in (
                {},
                {"Sec-Fetch-Site": "cross-site"},
                {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost:8000"},
                {"Origin": "https://evil.example"},
                {"Origin": "null"},
            ):
                answer = await logged_in.post_with(headers, path, csrf_token=token, password="x")
                assert answer.status_code == 403, (path, headers)
                assert Page(answer).title == "The form was not accepted"
        assert repr(vars(storage)) == before

    async def test_form_without_the_token_of_the_session_is_refused(
        self, container: Container, logged_in: Browser
    ) -> None:
        """Each form of a logged-in user, whatever it does."""
        own = [
            path
            for path in pages_of(container, "POST")
            if path.startswith(("/account", "/console", "/log-out"))
        ]
        for path in [*own, "/log-in/again"]:
            for token in ("", "A" * 43):
                answer = await logged_in.post(path, csrf_token=token, password="sntsh")
                assert answer.status_code == 403, path

    async def test_malformed_bodies_and_headers(self, container: Container, logged_in: Browser) -> None:
        """No answer is a failure of the service, whatever a logged-in user sends with a right CSRF token."""
        names = (
            *(
                "username",
                "password",
                "token",
                "credential",
                "email",
                "code",
                "challenge",
                "name",
                "session_id",
            ),
            *("passkey_id", "key_id", "entry_id", "current_password", "new_password", "permissions"),
            *("audiences", "roles", "expires_in_days", "locale", "url", "user.erased"),
        )
        others = b"name=%E2%80%AE&credential=%7B%22id%22:1,%22response%22:%5B%5D%7D&token=fa_wc_"
        bodies = (
            b"",
            b"csrf_token=TOKEN&a=1&a=2",
            b"csrf_token=TOKEN&%00=%ff",
            b"csrf_token=TOKEN&" + b"&".join(b"%s=%%00%%ED%%9F%%BF" % name.encode() for name in names),
            b"csrf_token=TOKEN&token=x&credential=" + b"%5B" * 1_500,
            b"csrf_token=TOKEN&method=totp&code=%EF%BC%91%EF%BC%92%EF%BC%93456&challenge=fa_mf_%00&" + others,
        )
        hostile = {
            b"Accept-Language": b"\xff,;q=,*;q=9",
            b"Referer": b"http://[",
            b"User-Agent": b"\x01\xff",
            b"Sec-Fetch-Site": b"same-origin",
            b"Content-Type": b"application/x-www-form-urlencoded",
        }
        for path in pages_of(container, "POST"):
            await logged_in.log_in()  # an earlier form may have ended the session
            token = (await logged_in.csrf_token()).encode()
            cookies = "; ".join(f"{name}={value}" for name, value in logged_in.cookies.items()).encode()
            for body in bodies:
                answer = await logged_in.client.post(
                    path, content=body.replace(b"TOKEN", token), headers={**hostile, b"Cookie": cookies}
                )
                assert answer.status_code < 500, (path, body[:80])

    async def test_other_methods_are_not_allowed(self, container: Container, browser: Browser) -> None:
        for path in pages_of(container, "GET"):
            for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
                assert (await browser.request(method, path)).status_code == 405, (method, path)

    async def test_is_in_both_languages(self, container: Container, logged_in: Browser) -> None:
        for path in pages_of(container, "GET"):
            answer = await logged_in.request("GET", path, {"Accept-Language": "de"})
            if answer.status_code == 200:
                assert '<html lang="de">' in answer.text, path

    async def test_has_one_title_and_labels(self, container: Container, logged_in: Browser) -> None:
        for browser in (logged_in, Browser(logged_in.client)):
            for path in pages_of(container, "GET"):
                answer = await browser.request("GET", path, OWN_HOST)
                if answer.status_code != 200:
                    continue
                page = Page(answer)
                assert len(page.of("h1")) == len(page.of("main")) == len(page.of("title")) == 1, path
                ids = [str(each["id"]) for _, each in page.elements if "id" in each]
                assert len(ids) == len(set(ids)), path
                fields = [each for each in page.of("input") if "hidden" not in each]  # one is for managers
                shown = [each for each in fields if each.get("type") not in {"hidden", "checkbox"}]
                assert {each["id"] for each in shown} <= {each["for"] for each in page.of("label")}, path
                assert all("autocomplete" in each for each in shown), path
                searches = [each for each in page.of("form") if each.get("role") == "search"]
                assert {each["method"] for each in searches} <= {"get"}, path
                changes = [each for each in page.of("form") if each not in searches]
                assert {each["method"] for each in changes} <= {"post"}, path
                assert "style=" not in answer.text, path

    async def test_of_the_account_has_a_log_out(self, container: Container, logged_in: Browser) -> None:
        seen = 0
        for path in pages_of(container, "GET"):
            answer = await logged_in.get(path)
            if path.startswith(("/account", "/console")) and answer.status_code == 200:
                seen += 1
                assert "/log-out" in [each["action"] for each in Page(answer).of("form")], path
        assert seen > 3


class TestConsole:
    """Each form of the console, also that of a section which is added later."""

    async def test_who_only_reads_changes_nothing(
        self, container: Container, logged_in: Browser, storage: FakeStorage
    ) -> None:
        await an_account(container, "eve", "auditor")
        eve = await log_in_as(logged_in.client, "eve")
        events = list(storage.events)
        forms = [path for path in pages_of(container, "POST") if path.startswith("/console")]
        answers = {path: (await eve.act(path)).status_code for path in forms}
        assert answers == dict.fromkeys(forms, 403)
        assert storage.events == events
        assert len(forms) > 15

    async def test_each_needs_a_recent_authentication(
        self, container: Container, logged_in: Browser, storage: FakeStorage, clock: FakeClock
    ) -> None:
        token = await logged_in.csrf_token()
        clock.advance(timedelta(minutes=11))
        events = list(storage.events)
        for path in pages_of(container, "POST"):
            if path.startswith("/console"):
                answer = await logged_in.post(path, csrf_token=token)
                assert (answer.status_code, answer.headers.get("location")) == (303, "/log-in/again"), path
        assert storage.events == events


class TestPrefix:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"pages_url": "https://id.example/auth"})

    async def test_is_in_each_link_form_and_redirect(self, container: Container, logged_in: Browser) -> None:
        """Behind a proxy that strips the prefix of the public URL."""
        assert logged_in.cookies, "the path of the cookies is /, as their names demand"
        for browser in (logged_in, Browser(logged_in.client)):
            for path in pages_of(container, "GET"):
                answer = await browser.request("GET", path, OWN_HOST)
                page = Page(answer)
                local = [each["action"] for each in page.of("form")]
                local += [each["data-options"] for each in page.of("form") if "data-options" in each]
                local += [each["href"] for each in page.of("a")]
                local += [answer.headers["location"]] if "location" in answer.headers else []
                wrong = [each for each in local if each and not each.startswith(("/auth/", "#", "http"))]
                assert not wrong, (path, wrong)


class TestOff:
    async def test_no_page_is_left(self) -> None:
        settings = Settings(pages=False, docs=False, mail="off")  # type: ignore[arg-type]  # pydantic reads it
        on = a_container(settings=Settings(), **fakes_over(FakeStorage(), FakePasswordHasher()))
        off = a_container(settings=settings, **fakes_over(FakeStorage(), FakePasswordHasher()))
        app = create_app(off)
        assert pages_of(off, "GET") == pages_of(off, "POST") == []
        assert "/assets/{digest}/{name}" not in [r.path for r in app.router.routes if isinstance(r, Route)]
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://x") as client:
            for path in pages_of(on, "GET"):
                assert_problem(await client.get(path), 404, "not_found")

"""``/console``: who sees which part of it."""

from datetime import timedelta
from urllib.parse import urlencode

import httpx2
import pytest
from tests.account_helpers import OwnBrowser
from tests.application import fakes_over
from tests.console_helpers import an_account, log_in_as
from tests.container_pool import a_container
from tests.factor_helpers import enrol
from tests.fakes import FakeClock, FakePasswordHasher, FakeStorage
from tests.page_helpers import Browser, Page

from fastauth.domain.second_factors.totp import step_of
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.app import create_app
from fastauth.entrypoints.http.pages.console_sections import SECTIONS
from fastauth.entrypoints.settings import Settings


@pytest.fixture
async def bob(container: Container) -> int:
    return await an_account(container, "bob")


@pytest.fixture
async def root(container: Container, client: httpx2.AsyncClient, bob: int) -> OwnBrowser:
    await an_account(container, "root1", "admin")
    return await log_in_as(client, "root1")


def sections_of(page: Page) -> set[str | None]:
    return {each["href"] for each in page.of("a")} & {each.path for each in SECTIONS}


def again(path: str) -> str:
    """Return the step-up that leads back to a page."""
    return f"/log-in/again?{urlencode({'next': path})}"


class TestAccess:
    async def test_needs_a_log_in(self, client: httpx2.AsyncClient) -> None:
        answer = await Browser(client).get("/console/users")
        assert answer.headers["location"] == "/log-in?next=%2Fconsole%2Fusers"

    async def test_log_in_leads_back(self, client: httpx2.AsyncClient, root: OwnBrowser) -> None:
        answer = await Browser(client).log_in(username="root1", next="/console/users/1")
        assert answer.headers["location"] == "/console/users/1"

    async def test_administrator_sees_every_section(self, root: OwnBrowser) -> None:
        page = await root.open("/console")
        assert page.title == "Administration"
        assert sections_of(page) == {each.path for each in SECTIONS}
        assert "/console" in [each["href"] for each in (await root.open("/account")).of("a")]

    async def test_other_users_see_none(
        self, container: Container, client: httpx2.AsyncClient, bob: int
    ) -> None:
        browser = await log_in_as(client, "bob")
        assert "/console" not in [each["href"] for each in (await browser.open("/account")).of("a")]
        for path in ("/console", f"/console/users/{bob}", *(each.path for each in SECTIONS)):
            page = await browser.open(path)
            assert page.status == 403, path
            assert "Your roles do not allow this" in page.error
            assert sections_of(page) == set()

    async def test_auditor_changes_nothing(
        self, container: Container, client: httpx2.AsyncClient, bob: int
    ) -> None:
        await an_account(container, "eve", "auditor")
        browser = await log_in_as(client, "eve")
        assert sections_of(await browser.open("/console")) == {each.path for each in SECTIONS}
        page = await browser.open(f"/console/users/{bob}")
        assert page.status == 200
        assert {each["action"] for each in page.of("form")} == {"/log-out"}
        assert (await browser.open(f"/console/users/{bob}/disable")).status == 403
        for act in ("disable", "enable", "unlock", "grant-role", "revoke-role", "end-sessions"):
            answer = await browser.act(f"/console/users/{bob}/{act}", role="admin")
            assert answer.status_code == 403, act

    async def test_role_that_is_taken_away_counts_no_more(
        self, container: Container, root: OwnBrowser
    ) -> None:
        await container.revoke_role()(username="root1", role="admin")
        assert (await root.open("/console/users")).status == 403

    async def test_acts_need_a_recent_log_in(self, root: OwnBrowser, bob: int, clock: FakeClock) -> None:
        clock.advance(timedelta(minutes=11))
        assert (await root.open(f"/console/users/{bob}")).status == 200
        for answer in (
            await root.get(f"/console/users/{bob}/disable"),
            await root.act(f"/console/users/{bob}/disable"),
            await root.act(f"/console/users/{bob}/grant-role", role="admin"),
        ):
            assert answer.headers["location"].startswith("/log-in/again")
        assert "disabled" not in (await root.open(f"/console/users/{bob}")).text.replace(
            "A disabled account", ""
        )


class TestSecondFactor:
    async def test_session_without_it_is_led_to_the_step_up_and_back(
        self, container: Container, root: OwnBrowser, bob: int
    ) -> None:
        """The account got a second factor in another session. This one has the password alone."""
        user = await container.find_user()(username="root1")
        secret, _ = await enrol(container, user.id)
        paths = (
            "/console",
            *(each.path for each in SECTIONS),
            f"/console/users/{bob}",
            "/console/roles/admin",
        )
        for path in (*paths, f"/console/users/{bob}/disable"):
            answer = await root.get(path)
            assert (answer.status_code, answer.headers.get("location")) == (303, again(path)), path
        answer = await root.act(f"/console/users/{bob}/enable")
        assert answer.headers["location"].startswith("/log-in/again")
        page = await root.open(again(paths[-2]))
        assert (page.title, page.value("next")) == ("Confirm that it is you", paths[-2])
        code = container.totp_codes().code_at(secret, step_of(container.clock().now()))
        answer = await root.act("/log-in/again", method="totp", code=code, next=paths[-2])
        assert (answer.status_code, answer.headers["location"]) == (303, paths[-2])
        assert [(path, (await root.get(path)).status_code) for path in paths] == [
            (path, 200) for path in paths
        ]

    async def test_log_in_and_step_up_lead_back_to_the_search(
        self, container: Container, client: httpx2.AsyncClient, root: OwnBrowser
    ) -> None:
        """What was done before is shown once, and not again after the detour."""
        search = "/console/users?q=Bob%40example.com&state=&role=&after="
        kept = "/console/users?q=Bob%40example.com"
        user = await container.find_user()(username="root1")
        secret, _ = await enrol(container, user.id)
        for path, expected in {
            search: kept,
            f"{search}&done=enable": kept,
            "/console/users/1?done=enable": "/console/users/1",
            f"/console/users?q={'+'.join('a' * 250)}": "/console/users",
            f"/console/users?q={'%E2%82%AC' * 80}": "/console/users",
            "/console/users?q=%00%0d%0aX&%ff": "/console/users?q=%00%0D%0AX",
        }.items():
            assert (await root.get(path)).headers["location"] == again(expected), path
            assert (await Browser(client).get(path)).headers["location"] == (
                f"/log-in?{urlencode({'next': expected})}"
            ), path
        page = await root.open(again(kept))
        code = container.totp_codes().code_at(secret, step_of(container.clock().now()))
        answer = await root.act("/log-in/again", method="totp", code=code, next=str(page.value("next")))
        assert answer.headers["location"] == kept
        assert 'value="Bob@example.com"' in (await root.open(kept)).text

    async def test_form_leads_back_to_its_page_with_the_search(
        self, root: OwnBrowser, clock: FakeClock
    ) -> None:
        clock.advance(timedelta(minutes=11))
        headers = {
            "Referer": "http://x/console/outbox?show=closed&done=retried",
            "Sec-Fetch-Site": "same-origin",
        }
        answer = await root.post_with(headers, "/console/outbox/retry", csrf_token=root.token)
        assert answer.headers["location"] == again("/console/outbox?show=closed")

    async def test_policy_sends_to_the_enrolment(self, storage: FakeStorage) -> None:
        """Permissions count with a second factor only; the account page says so."""
        settings = Settings(second_factor="roles")  # type: ignore[arg-type]  # pydantic reads it
        container = a_container(settings=settings, **fakes_over(storage, FakePasswordHasher()))
        await container.rotate_keys()()
        await an_account(container, "root1", "admin")
        app = create_app(container)
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://x") as client:
            browser = await log_in_as(client, "root1")
            for path in ("/console", "/console/users"):
                assert (await browser.get(path)).headers["location"] == "/account"
            page = await browser.open("/account")
        assert "Your permissions need a second factor" in page.text
        assert "/console" not in [each["href"] for each in page.of("a")]

"""``/console/users``: search, an account, and acts on it."""

import re

import httpx2
import pytest
from tests.account_helpers import OwnBrowser
from tests.console_helpers import an_account, log_in_as
from tests.fakes import FakeStorage
from tests.hostile_texts import HOSTILE_TEXTS
from tests.mail_helpers import a_verified_address, deliver, token_of
from tests.page_helpers import Page

from fastauth.domain.audit.event import EventType
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.pages.console.console_page import PAGE_SIZE
from fastauth.entrypoints.settings import Settings


@pytest.fixture
async def bob(container: Container) -> str:
    return f"/console/users/{await an_account(container, 'bob')}"


@pytest.fixture
async def root(container: Container, client: httpx2.AsyncClient, bob: str) -> OwnBrowser:
    await an_account(container, "root1", "admin")
    return await log_in_as(client, "root1")


def names_in(page: Page) -> list[str]:
    return re.findall(r'<a href="/console/users/\d+">(.*?)</a><span class="hint">', page.text)


def links_of(page: Page) -> list[str | None]:
    return [each["href"] for each in page.of("a")]


class TestSearch:
    async def test_lists_all_page_by_page(self, container: Container, root: OwnBrowser) -> None:
        for number in range(PAGE_SIZE):
            await an_account(container, f"user{number:02}")
        page = await root.open("/console/users")
        found = names_in(page)
        assert len(found) == PAGE_SIZE
        (following,) = [each["href"] for each in page.of("a") if each.get("rel") == "next"]
        page = await root.open(following or "")
        assert "First page" in page.text
        assert "Next page" not in page.text
        assert sorted(found + names_in(page)) == sorted(
            ["bob", "root1", *(f"user{number:02}" for number in range(PAGE_SIZE))]
        )

    async def test_by_name_address_role_and_state(self, container: Container, root: OwnBrowser) -> None:
        await a_verified_address(container, "bob", "robert@example.com")
        await an_account(container, "bonnie")
        await container.disable_user()(username="bonnie")
        for query, names in {
            "q=BO": ["bob", "bonnie"],
            "q=+bob+": ["bob"],
            "q=robert%40": ["bob"],
            "q=nobody": [],
            "role=admin": ["root1"],
            "state=disabled": ["bonnie"],
            "state=enabled&q=bo": ["bob"],
            "state=x&q=bo": ["bob", "bonnie"],
        }.items():
            assert names_in(await root.open(f"/console/users?{query}")) == names, query

    async def test_shows_states(self, container: Container, root: OwnBrowser) -> None:
        await container.disable_user()(username="bob")
        page = await root.open("/console/users?q=bob")
        assert "no second factor" in page.text
        assert '<span class="tag bad">disabled</span>' in page.text

    async def test_hostile_queries_are_shown_as_text(self, root: OwnBrowser) -> None:
        empty = await root.open("/console/users?q=nobody")
        for text in (*HOSTILE_TEXTS, "\x00", "a" * 900, "\u202e"):
            for name in ("q", "role", "state", "after"):
                page = Page(await root.request("GET", "/console/users", params={name: text}))
                assert page.status in {200, 422}, (name, text)
                assert len(page.of("script")) == len(empty.of("script")), text
        page = await root.open("/console/users?after=x")
        assert page.error == "This place in the list is not valid any more. Begin at the first page."


class TestUser:
    async def test_is_shown(self, container: Container, root: OwnBrowser, bob: str) -> None:
        await a_verified_address(container, "bob", "bob@example.com")
        page = await root.open(bob)
        assert page.title == "bob"
        for text in ("bob@example.com", "verified", "no second factor", "is set", "Disable"):
            assert text in page.text, text

    async def test_unknown_ones_are_a_page(self, root: OwnBrowser) -> None:
        for user_id in ("999", "0", "x", "-1", "9" * 18, "9" * 30, "%F0%9F%98%80", "%D9%A1"):
            page = await root.open(f"/console/users/{user_id}")
            assert page.status == 404, user_id
            assert page.error.startswith("There is no such account")

    async def test_own_account_has_no_acts(self, container: Container, root: OwnBrowser) -> None:
        own = (await container.find_user()(username="root1")).id
        page = await root.open(f"/console/users/{own}")
        assert "Another administrator must do this" in page.text
        assert {each["action"] for each in page.of("form")} == {"/log-out"}


class TestActs:
    async def test_disable_and_enable(
        self, client: httpx2.AsyncClient, root: OwnBrowser, bob: str, storage: FakeStorage
    ) -> None:
        his = await log_in_as(client, "bob")
        assert (await root.open(f"{bob}/disable")).title == "Disable bob"
        assert await root.changed(f"{bob}/disable") == "The account is disabled, and its sessions were ended."
        assert not await his.is_logged_in()
        assert "Enable" in (await root.open(bob)).text
        assert await root.changed(f"{bob}/enable") == "The account is enabled."
        await his.log_in(username="bob")
        (event,) = [each for each in storage.events if each.type is EventType.USER_DISABLED]
        assert f"/console/users/{event.user_id}" == bob

    async def test_end_sessions(self, client: httpx2.AsyncClient, root: OwnBrowser, bob: str) -> None:
        his = await log_in_as(client, "bob")
        assert (await root.open(f"{bob}/end-sessions")).title == "End the sessions of bob"
        assert await root.changed(f"{bob}/end-sessions") == "The sessions of the account were ended."
        assert not await his.is_logged_in()

    async def test_start_reset(self, container: Container, root: OwnBrowser, bob: str) -> None:
        page = await root.refused(f"{bob}/start-reset")
        assert page.error == "The account has no verified e-mail address, so no mail can be sent."
        await a_verified_address(container, "bob", "bob@example.com")
        assert (await root.open(f"{bob}/start-reset")).title == "Send a mail to bob"
        assert "on its way" in await root.changed(f"{bob}/start-reset")
        assert token_of("fa_pr_", await deliver(container))

    async def test_second_factor_reset_and_unlock(self, root: OwnBrowser, bob: str) -> None:
        assert (await root.open(f"{bob}/reset-second-factor")).title == "Remove the second factors of bob"
        assert "are removed" in await root.changed(f"{bob}/reset-second-factor")
        assert await root.changed(f"{bob}/unlock") == "The account is unlocked."

    async def test_unknown_act(self, root: OwnBrowser, bob: str) -> None:
        for act in ("x", "enable", "__class__"):
            assert (await root.get(f"{bob}/{act}")).status_code == 404, act
        assert (await root.act(f"{bob}/x")).status_code == 404


class TestClosing:
    async def test_account_is_closing_and_not_disabled(
        self, container: Container, root: OwnBrowser, bob: str
    ) -> None:
        await container.close_user()(username="bob")
        page = await root.open("/console/users?q=bob")
        assert "closing" in page.text
        assert ">disabled</span>" not in page.text
        assert "will be erased on November 29, 2026" in page.text
        page = await root.open(bob)
        assert "29 Nov 2026 12:00 UTC" in page.text
        assert ">disabled</span>" not in page.text
        assert f"{bob}/close" not in links_of(page), "it is closing already"
        assert await root.changed(f"{bob}/keep") == "The account is kept. Its owner can log in again."
        assert "closing" not in (await root.open(bob)).text

    async def test_says_what_it_means_and_closes(
        self, client: httpx2.AsyncClient, root: OwnBrowser, bob: str, storage: FakeStorage
    ) -> None:
        his = await log_in_as(client, "bob")
        assert f"{bob}/close" in links_of(await root.open(bob))
        page = await root.open(f"{bob}/close")
        assert page.title == "Close the account of bob"
        assert "It is erased on November 29, 2026." in page.text
        assert "Only an administrator can keep it until then, on its page" in page.text, (
            "it has no verified address"
        )
        assert not storage.erasures
        assert await root.changed(f"{bob}/close") == (
            "The account is closed, and its sessions were ended. You can keep it until it is erased."
        )
        assert not await his.is_logged_in()
        (event,) = [each for each in storage.events if each.type is EventType.ERASURE_REQUESTED]
        assert f"/console/users/{event.user_id}" == bob
        page = await root.open(bob)
        assert f"{bob}/keep" in [each["action"] for each in page.of("form")]

    async def test_owner_with_an_address_can_keep_it(
        self, container: Container, root: OwnBrowser, bob: str
    ) -> None:
        await a_verified_address(container, "bob", "bob@example.com")
        assert (
            "Its owner gets a mail by which it can be kept until then"
            in (await root.open(f"{bob}/close")).text
        )
        await root.changed(f"{bob}/close")
        assert token_of("fa_ue_", await deliver(container))

    async def test_in_german(self, root: OwnBrowser, bob: str) -> None:
        answer = await root.request("GET", f"{bob}/close", {"Accept-Language": "de"})
        page = Page(answer)
        assert page.title == "Das Konto von bob schließen"
        assert "29. November 2026" in page.text

    async def test_own_account_is_refused(self, container: Container, root: OwnBrowser) -> None:
        own = (await container.find_user()(username="root1")).id
        page = await root.refused(f"/console/users/{own}/close")
        assert page.error == "This is your own account. Another administrator must do this."


class TestClosingWithoutDelay:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"erase_days": 0})

    async def test_erases_at_once_and_leads_to_the_list(
        self, root: OwnBrowser, bob: str, storage: FakeStorage
    ) -> None:
        page = await root.open(f"{bob}/close")
        assert "erased at once" in page.text
        assert "cannot be undone" in page.text
        answer = await root.act(f"{bob}/close")
        assert answer.headers["location"] == "/console/users?done=users.erase"
        page = await root.open(answer.headers["location"])
        assert "The account is erased." in page.text
        assert names_in(page) == ["root1"]
        assert (await root.open(bob)).status == 404


class TestRoles:
    async def test_are_given_and_taken(self, root: OwnBrowser, bob: str) -> None:
        assert await root.changed(f"{bob}/grant-role", role="auditor") == "The role is given."
        page = await root.open(bob)
        assert "Take away" in page.text
        assert '<option value="auditor">' not in page.text
        assert await root.changed(f"{bob}/revoke-role", role="auditor") == "The role is taken away."
        page = Page(await root.act(f"{bob}/revoke-role", role="auditor"))
        assert page.status == 404
        assert "does not have it any more" in page.error

    async def test_own_account_gets_none(self, container: Container, root: OwnBrowser) -> None:
        own = (await container.find_user()(username="root1")).id
        page = await root.refused(f"/console/users/{own}/grant-role", role="auditor")
        assert page.error == "This is your own account. Another administrator must do this."

"""``/console/invitations``: invite people; the link is in the mail alone."""

from datetime import timedelta

import httpx2
import pytest
from tests.account_helpers import OwnBrowser
from tests.application import fakes_over
from tests.console_helpers import an_account, log_in_as
from tests.container_pool import a_container
from tests.fakes import FakeClock, FakePasswordHasher, FakeStorage
from tests.mail_helpers import deliver, token_of
from tests.page_helpers import Page, send

from fastauth.domain.roles.permissions import READ_USERS, WRITE_USERS
from fastauth.domain.roles.role import Role
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.app import create_app
from fastauth.entrypoints.http.pages.console.console_page import PAGE_SIZE
from fastauth.entrypoints.settings import Settings

ANN = {"email": " ann@example.com ", "roles": "auditor", "expires_in_days": "30", "locale": "de"}
LIST, NEW = "/console/invitations", "/console/new-invitation"
ON_ITS_WAY = "The invitation is on its way."


@pytest.fixture
async def root(container: Container, client: httpx2.AsyncClient) -> OwnBrowser:
    await an_account(container, "root1", "admin")
    return await log_in_as(client, "root1")


def links_of(page: Page) -> list[str | None]:
    return [each["href"] for each in page.of("a")]


def withdrawals(page: Page) -> list[str]:
    return [str(each["action"]) for each in page.of("form") if "withdraw" in (each["action"] or "")]


class TestInvitation:
    async def test_is_mailed_and_accepted(
        self, container: Container, client: httpx2.AsyncClient, root: OwnBrowser
    ) -> None:
        assert (await root.open(NEW)).title == "Invite a user"
        assert await root.changed(NEW, **ANN) == ON_ITS_WAY
        token = token_of("fa_in_", await deliver(container))
        page = await root.open(LIST)
        for text in ("ann@example.com", "auditor", "22 Dec 2026 12:00 UTC"):
            assert text in page.text, text
        assert token not in page.text
        form = {"username": "ann", "fullname": "Ann", "password": "sntsh", "token": token}
        await send(client, "/invitation", **form)
        assert "There are no open invitations." in (await root.open(LIST)).text
        user = await container.find_user()(username="ann")
        assert [each.role for each in await container.roles().of_user(user.id)] == ["auditor"]

    async def test_is_withdrawn(self, root: OwnBrowser) -> None:
        await root.changed(NEW, **ANN)
        (path,) = withdrawals(await root.open(LIST))
        assert await root.changed(path) == "The invitation is withdrawn, and its link is no longer valid."
        page = Page(await root.act(path))
        assert (page.status, page.error) == (404, "This invitation was accepted or withdrawn already.")
        assert (await root.act(f"{LIST}/x/withdraw")).status_code == 404

    async def test_refusals_keep_what_was_written(self, root: OwnBrowser) -> None:
        for field, value, error in (
            ("email", "x", "This is no e-mail address."),
            ("expires_in_days", "31", "Enter a number from 1 to 30."),
            ("expires_in_days", "x", "Enter a number from 1 to 30."),
            ("roles", "clerk", "There is no such role, or the account does not have it any more."),
        ):
            page = Page(await root.act(NEW, **ANN | {field: value}))
            assert page.error == error, (field, value)
            assert page.value(field) == value, (field, value)

    async def test_list_comes_in_pages(self, root: OwnBrowser) -> None:
        for number in range(PAGE_SIZE + 1):
            await root.act(NEW, **ANN | {"email": f"user{number}@example.com"})
        page = await root.open(LIST)
        assert len(withdrawals(page)) == PAGE_SIZE
        (following,) = [each["href"] for each in page.of("a") if each.get("rel") == "next"]
        assert len(withdrawals(await root.open(following or ""))) == 1
        assert (await root.open(f"{LIST}?after=x")).error.startswith("This place in the list")


class TestRules:
    async def test_roles_need_the_permission_roles_write(
        self, container: Container, client: httpx2.AsyncClient, storage: FakeStorage
    ) -> None:
        storage.roles["helper"] = Role(name="helper", permissions=frozenset({READ_USERS, WRITE_USERS}))
        await an_account(container, "bob", "helper")
        bob = await log_in_as(client, "bob")
        page = await bob.open(NEW)
        assert "roles" not in [each["name"] for each in page.of("input")]
        page = await bob.refused(NEW, **ANN)
        assert page.error == "Your roles do not allow this. Ask an administrator."
        assert await bob.changed(NEW, **ANN | {"roles": ""}) == ON_ITS_WAY

    async def test_auditor_reads(
        self, container: Container, client: httpx2.AsyncClient, root: OwnBrowser
    ) -> None:
        await root.changed(NEW, **ANN)
        (path,) = withdrawals(await root.open(LIST))
        await an_account(container, "eve", "auditor")
        eve = await log_in_as(client, "eve")
        page = await eve.open(LIST)
        assert "ann@example.com" in page.text
        assert (withdrawals(page), NEW in links_of(page)) == ([], False)
        assert (await eve.open(NEW)).status == 403
        for act in (NEW, path):
            assert (await eve.act(act, **ANN)).status_code == 403, act

    async def test_acts_need_a_recent_log_in(
        self, root: OwnBrowser, clock: FakeClock, storage: FakeStorage
    ) -> None:
        await root.changed(NEW, **ANN)
        (path,) = withdrawals(await root.open(LIST))
        clock.advance(timedelta(minutes=11))
        for answer in (await root.get(NEW), await root.act(NEW, **ANN), await root.act(path)):
            assert answer.headers["location"].startswith("/log-in/again")
        assert len(storage.invitations) == 1

    async def test_is_not_offered_without_mail_or_registration(self) -> None:
        for given in ({"mail": "off"}, {"registration": "off"}):
            settings = Settings(**given)  # type: ignore[arg-type]  # pydantic reads it
            container = a_container(settings=settings, **fakes_over(FakeStorage(), FakePasswordHasher()))
            await container.rotate_keys()()
            await an_account(container, "root1", "admin")
            async with httpx2.AsyncClient(
                transport=httpx2.ASGITransport(create_app(container)), base_url="http://x"
            ) as client:
                root = await log_in_as(client, "root1")
                page = await root.open(LIST)
                assert "Invitations are not possible here" in page.text, given
                assert NEW not in links_of(page), given
                assert (await root.open(NEW)).error == "This installation does not offer that.", given

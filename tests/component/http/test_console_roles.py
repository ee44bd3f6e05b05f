"""``/console/roles`` and ``/console/audit``."""

import re

import httpx2
import pytest
from tests.account_helpers import OwnBrowser
from tests.console_helpers import an_account, log_in_as
from tests.page_helpers import Page

from fastauth.domain.roles.role import ADMIN, BUILT_IN
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.pages.console.console_page import PAGE_SIZE

CLERK = {"name": "clerk", "description": "Sells", "permissions": "orders:write orders:read\r\norders:read"}


@pytest.fixture
async def root(container: Container, client: httpx2.AsyncClient) -> OwnBrowser:
    await an_account(container, "root1", "admin")
    return await log_in_as(client, "root1")


class TestRoles:
    async def test_built_in_ones_cannot_be_changed(self, root: OwnBrowser) -> None:
        assert "auditor" in (await root.open("/console/roles")).text
        page = await root.open("/console/roles/admin")
        for each in ADMIN.permissions:
            assert each in page.text
        assert "/console/roles/admin/edit" not in [each["href"] for each in page.of("a")]
        for act in ("edit", "delete"):
            page = await root.refused(f"/console/roles/admin/{act}", description="", permissions="")
            assert page.error == "This role is built in. It cannot be changed or deleted."

    async def test_one_is_made_changed_and_deleted(self, container: Container, root: OwnBrowser) -> None:
        assert (await root.open("/console/new-role")).title == "New role"
        assert await root.changed("/console/new-role", **CLERK) == "The role is saved."
        page = await root.open("/console/roles/clerk/edit")
        assert page.value("description") == "Sells"
        assert ">orders:read\norders:write</textarea>" in page.text
        await root.changed("/console/roles/clerk/edit", description="", permissions="orders:read")
        assert "orders:write" not in (await root.open("/console/roles/clerk")).text
        await an_account(container, "bob", "clerk")
        page = await root.refused("/console/roles/clerk/delete")
        assert page.error == "Accounts have this role. Take it from them first."
        await container.revoke_role()(username="bob", role="clerk")
        assert (await root.open("/console/roles/clerk/delete")).title == "Delete the role clerk"
        assert await root.changed("/console/roles/clerk/delete") == "The role is deleted."
        assert (await root.open("/console/roles/clerk")).status == 404

    async def test_new_one_replaces_none(self, root: OwnBrowser) -> None:
        await root.changed("/console/new-role", **CLERK)
        message = await root.changed("/console/new-role", **CLERK | {"permissions": ""})
        assert message == "There is a role with this name already. It was not changed."
        assert "orders:write" in (await root.open("/console/roles/clerk")).text

    async def test_built_in_ones_are_described_in_both_languages(self, root: OwnBrowser) -> None:
        for role in BUILT_IN.values():
            for path in ("/console/roles", f"/console/roles/{role.name}"):
                english = await root.request("GET", path, {"Accept-Language": "en"})
                german = await root.request("GET", path, {"Accept-Language": "de"})
                assert role.description in english.text, path
                assert role.description not in german.text, path
                assert "Anmeldedienst" in german.text, path

    async def test_refusals_are_at_the_fields(self, root: OwnBrowser) -> None:
        for field, value, error in (
            ("name", "A B", "Use 1 to 40 of a-z, 0-9, _, . and -."),
            ("name", "", "Use 1 to 40 of a-z, 0-9, _, . and -."),
            ("permissions", "orders", "Write each permission as service:action, such as orders:read."),
            (
                "permissions",
                "fastauth:x",
                "Permissions that begin with fastauth: belong to the service itself.",
            ),
            ("description", "x" * 201, "That is too long."),
            ("description", "\x00", "This has a character that cannot be seen."),
        ):
            page = await root.refused("/console/new-role", **CLERK | {field: value})
            assert page.error == error, (field, value)
            assert page.value("name") == (value if field == "name" else "clerk")


class TestAudit:
    async def test_filters_and_pages(self, container: Container, root: OwnBrowser) -> None:
        for number in range(PAGE_SIZE + 1):
            bob = await an_account(container, f"user{number}")
        page = await root.open("/console/audit")
        assert len(re.findall('<tr role="row">', page.text)) == PAGE_SIZE + 1
        (following,) = [each["href"] for each in page.of("a") if each.get("rel") == "next"]
        assert "Role given" in (await root.open(following or "")).text
        page = await root.open(f"/console/audit?user={bob}&type=user_created")
        assert f'href="/console/users/{bob}"' in page.text
        assert len(re.findall('<tr role="row">', page.text)) == 2
        await root.act(f"/console/users/{bob}/disable")
        page = await root.open("/console/audit?type=user_disabled")
        assert re.search(r"account \d+</a>", page.text), "names the administrator"
        page = await root.open("/console/audit?since=2999-01-01&until=2999-01-02")
        assert "No event matches." in page.text

    async def test_malformed_filters(self, root: OwnBrowser) -> None:
        for query, error in {
            "since=x": "Write a date such as 2026-11-26.",
            "until=9999-12-31": "Write a date such as 2026-11-26.",
            "user=x": "There is no such account. It may have been removed.",
            "user=99": "There is no such account. It may have been removed.",
            "after=x": "This place in the list is not valid any more. Begin at the first page.",
            "type=x": "",
        }.items():
            page = Page(await root.get(f"/console/audit?{query}"))
            assert page.error == error, query

"""``/console/clients``: clients, whose secrets are shown once."""

import re
from datetime import timedelta

import httpx2
import pytest
from tests.account_helpers import OwnBrowser
from tests.console_helpers import an_account, log_in_as
from tests.fakes import FakeClock, FakeStorage
from tests.page_helpers import Page

from fastauth.domain.roles.permissions import READ_CLIENTS, WRITE_CLIENTS
from fastauth.domain.roles.role import Role
from fastauth.entrypoints.container import Container

ORDERS = {"name": " orders ", "permissions": "orders:read\r\norders:write", "audiences": ""}
OF_CLIENTS = frozenset({READ_CLIENTS, WRITE_CLIENTS})
LIST, NEW = "/console/clients", "/console/new-client"


@pytest.fixture
async def root(container: Container, client: httpx2.AsyncClient) -> OwnBrowser:
    await an_account(container, "root1", "admin")
    return await log_in_as(client, "root1")


def secret_in(page: Page) -> str:
    (secret,) = re.findall(r'<p class="secret">(fa_cs_[^<]+)</p>', page.text)
    return str(secret)


async def created(root: OwnBrowser) -> tuple[str, str]:
    """Create a client, and return the path of its page and its secret."""
    answer = await root.act(NEW, **ORDERS)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store"), answer.text
    page = Page(answer)
    (path,) = {each["href"] for each in page.of("a") if (each["href"] or "").startswith(f"{LIST}/fa_c_")}
    return str(path), secret_in(page)


async def authenticates(root: OwnBrowser, path: str, secret: str) -> bool:
    answer = await root.client.post(
        "/oauth/token",
        data={"grant_type": "client_credentials"},
        auth=httpx2.BasicAuth(path.removeprefix(f"{LIST}/"), secret),
    )
    return answer.status_code == 200


class TestClient:
    async def test_secret_is_shown_once(self, root: OwnBrowser, storage: FakeStorage) -> None:
        assert (await root.open(NEW)).title == "New client"
        path, secret = await created(root)
        assert await authenticates(root, path, secret)
        page = await root.open(path)
        assert page.title == "orders"
        assert all(each in page.text for each in ("orders:read", "orders:write", "root1"))
        for shown in (page, await root.open(LIST)):
            assert "fa_cs_" not in shown.text
        assert secret not in repr(vars(storage))

    async def test_refusals_keep_what_was_written(self, root: OwnBrowser) -> None:
        await created(root)
        for field, value, error in (
            ("name", "A B", "Use 1 to 40 of a-z, 0-9, _, . and -."),
            ("name", "", "Use 1 to 40 of a-z, 0-9, _, . and -."),
            ("name", "orders", "There is a client with this name already. Choose another one."),
            ("permissions", "orders", "Write each permission as service:action, such as orders:read."),
            (
                "permissions",
                "fastauth:keys.write",
                "Only an operator gives one of these, by a command on the host.",
            ),
            ("audiences", "é", "Write each audience without spaces, in 1 to 200 letters, digits and signs."),
            ("audiences", " ".join("abcdefghi"), "Must be at most 8 audiences."),
        ):
            page = await root.refused(NEW, **ORDERS | {"name": "other", field: value})
            assert page.error == error, (field, value)
            assert value.replace(" ", "\n") in page.text or page.value("name") == value, (field, value)

    async def test_is_changed(self, root: OwnBrowser) -> None:
        path, _ = await created(root)
        page = await root.open(f"{path}/edit")
        assert ">orders:read\norders:write</textarea>" in page.text
        changes = {"permissions": "orders:read", "audiences": "https://orders.example"}
        assert await root.changed(f"{path}/edit", **changes) == "The client is saved."
        page = await root.open(path)
        assert "orders:write" not in page.text
        assert "https://orders.example" in page.text
        page = await root.refused(f"{path}/edit", **changes | {"permissions": "x"})
        assert page.error == "Write each permission as service:action, such as orders:read."

    async def test_secret_is_rotated(self, root: OwnBrowser, clock: FakeClock) -> None:
        path, first = await created(root)
        assert (await root.open(f"{path}/rotate-secret")).title == "New secret of orders"
        answer = await root.act(f"{path}/rotate-secret")
        assert answer.headers["cache-control"] == "no-store"
        second = secret_in(Page(answer))
        assert [await authenticates(root, path, each) for each in (first, second)] == [True, True]
        assert "until 23 Nov 2026 12:00 UTC" in (await root.open(path)).text
        third = secret_in(Page(await root.act(f"{path}/rotate-secret", at_once="on")))
        clock.advance(timedelta(seconds=1))
        assert [await authenticates(root, path, each) for each in (first, second, third)] == [
            False,
            False,
            True,
        ]

    async def test_is_disabled_enabled_and_removed(self, root: OwnBrowser) -> None:
        path, secret = await created(root)
        assert (await root.open(f"{path}/disable")).title == "Disable the client orders"
        assert await root.changed(f"{path}/disable") == "The client is disabled, and its tokens are revoked."
        assert not await authenticates(root, path, secret)
        assert await root.changed(f"{path}/enable") == "The client is enabled."
        assert await authenticates(root, path, secret)
        assert (await root.open(f"{path}/remove")).title == "Remove the client orders"
        assert await root.changed(f"{path}/remove") == "The client is removed, and its tokens are revoked."
        assert "There are no clients." in (await root.open(LIST)).text
        for act in ("", "/edit", "/rotate-secret", "/disable"):
            page = await root.open(f"{path}{act}")
            assert (page.status, page.error) == (404, "There is no such client any more."), act
        assert (await root.get(f"{LIST}/x")).status_code == 404


class TestRules:
    async def test_client_that_holds_more_cannot_be_changed(
        self, container: Container, client: httpx2.AsyncClient, storage: FakeStorage, root: OwnBrowser
    ) -> None:
        path, _ = await created(root)
        storage.roles["helper"] = Role(name="helper", permissions=OF_CLIENTS | {"orders:read"})
        await an_account(container, "bob", "helper")
        bob = await log_in_as(client, "bob")
        page = await bob.open(path)
        assert "This client has permissions that you do not have." in page.text
        assert {each["action"] for each in page.of("form")} == {"/log-out"}
        for act in ("rotate-secret", "disable", "remove"):
            page = await bob.refused(f"{path}/{act}")
            assert page.error.startswith("This has permissions that you do not have."), act
        page = await bob.refused(NEW, **ORDERS)
        assert page.error == "You can only give permissions that you have yourself."

    async def test_client_of_an_operator_keeps_its_secret(
        self, container: Container, root: OwnBrowser
    ) -> None:
        """An administrator must not get the secret of a client that may do what only operators give."""
        made = await container.create_client()(name="keys", permissions=["fastauth:keys.write"])
        path = f"{LIST}/{made.client.id}"
        page = await root.open(path)
        assert "Only a command on the host" in page.text
        assert f"{path}/rotate-secret" not in [each["href"] for each in page.of("a")]
        page = await root.refused(f"{path}/rotate-secret")
        assert page.error == "Only an operator gives one of these, by a command on the host."

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
        assert (await eve.act(NEW, **ORDERS)).status_code == 403
        for act in ("edit", "rotate-secret", "disable", "enable", "remove"):
            assert (await eve.act(f"{path}/{act}")).status_code == 403, act

    async def test_acts_need_a_recent_log_in(self, root: OwnBrowser, clock: FakeClock) -> None:
        path, _ = await created(root)
        clock.advance(timedelta(minutes=11))
        assert (await root.open(path)).status == 200
        for act in (NEW, *(f"{path}/{act}" for act in ("edit", "rotate-secret", "remove"))):
            for answer in (await root.get(act), await root.act(act, **ORDERS)):
                assert answer.headers["location"].startswith("/log-in/again"), act

"""``/console/outbox`` and ``/console/signing-keys``."""

import re

import httpx2
import pytest
from tests.account_helpers import OwnBrowser
from tests.console_helpers import an_account, log_in_as
from tests.fakes import FakeClock, FakeStorage
from tests.page_helpers import Page

from fastauth.domain.audit.event import EventType
from fastauth.domain.outbox.message import OutboxKind
from fastauth.domain.outbox.schedule import LEASE
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.pages.console.console_page import PAGE_SIZE


@pytest.fixture
async def root(container: Container, client: httpx2.AsyncClient) -> OwnBrowser:
    await an_account(container, "root1", "admin")
    return await log_in_as(client, "root1")


@pytest.fixture
async def auditor(container: Container, client: httpx2.AsyncClient) -> OwnBrowser:
    await an_account(container, "eve", "auditor")
    return await log_in_as(client, "eve")


async def add_entries(container: Container, number: int) -> None:
    now = container.clock().now()
    async with container.unit_of_work().begin() as transaction:
        for each in range(number):
            content = {"to": f"secret{each}@example.com"}
            await transaction.outbox.add(OutboxKind.NOTICE, content, user_id=None, now=now, expires_at=None)
        await transaction.commit()


class TestOutbox:
    async def test_is_listed_page_by_page_without_contents(
        self, container: Container, root: OwnBrowser
    ) -> None:
        assert "Nothing waits" in (await root.open("/console/outbox")).text
        await add_entries(container, PAGE_SIZE + 1)
        page = await root.open("/console/outbox")
        assert "secret" not in page.text
        (following,) = [each["href"] for each in page.of("a") if each.get("rel") == "next"]
        last = await root.open(following or "")
        assert len([each for each in last.of("input") if each["name"] == "entry_id"]) == 1
        assert "Nothing was closed" in (await root.open("/console/outbox?show=closed")).text

    async def test_retry_of_one_entry_or_all(
        self, container: Container, root: OwnBrowser, clock: FakeClock, storage: FakeStorage
    ) -> None:
        await add_entries(container, 2)
        queue = container.outbox_queue()
        later = clock.now() + LEASE * 9
        for entry in await queue.claim(kinds=[OutboxKind.NOTICE], now=clock.now(), lease=LEASE, limit=2):
            await queue.retry(entry, due_at=later, error="421 busy")
        page = await root.open("/console/outbox")
        assert "attempts: 1 · 421 busy" in page.text
        one, other = (each["value"] or "" for each in page.of("input") if each["name"] == "entry_id")
        for entry_id in ("x", "\x00", "0" * 32):
            await root.changed("/console/outbox/retry", entry_id=entry_id)
        assert [each.due_at for each in await queue.records(waiting=True, limit=2)] == [later, later]
        assert await root.changed("/console/outbox/retry", entry_id=one)
        assert [each.id for each in await queue.records(waiting=True, limit=2)] == [one, other]
        assert await root.changed("/console/outbox/retry")
        assert {each.due_at for each in await queue.records(waiting=True, limit=2)} == {clock.now()}

    async def test_each_kind_has_a_name(self, container: Container, root: OwnBrowser) -> None:
        async with container.unit_of_work().begin() as transaction:
            for kind in OutboxKind:
                await transaction.outbox.add(
                    kind, {}, user_id=None, now=container.clock().now(), expires_at=None
                )
            await transaction.commit()
        page = await root.open("/console/outbox")
        names = re.findall(r'id="entry-[0-9]+">(.*?)</th>', page.text)
        assert len(set(names)) == len(OutboxKind)
        assert not set(names) & set(OutboxKind)

    async def test_foreign_places(self, root: OwnBrowser) -> None:
        page = Page(await root.get("/console/outbox?after=x"))
        assert page.error.startswith("This place in the list")


class TestSigningKeys:
    async def test_next_one_is_published_once(
        self, container: Container, root: OwnBrowser, storage: FakeStorage
    ) -> None:
        assert "The next key is published on" in (await root.open("/console/signing-keys")).text
        for _ in range(2):
            assert "A new key is published" in await root.changed("/console/signing-keys/rotate")
            page = await root.open("/console/signing-keys")
            assert page.text.count("to come") == 1
            assert "/console/signing-keys/rotate" not in [each["action"] for each in page.of("form")]

    async def test_one_is_withdrawn(
        self, container: Container, root: OwnBrowser, storage: FakeStorage
    ) -> None:
        (key,) = (await container.signing_keys().load()).keys
        path = f"/console/signing-keys/{key.kid}/revoke"
        assert path in [each["href"] for each in (await root.open("/console/signing-keys")).of("a")]
        assert key.kid in (await root.open(path)).text
        assert await root.changed(path) == "The key is withdrawn."
        assert key.kid not in (await root.open("/console/signing-keys")).text
        assert EventType.SIGNING_KEY_REVOKED in [each.type for each in storage.events]
        page = Page(await root.act(path))
        assert (page.status, page.error) == (404, "There is no such key any more.")

    async def test_auditor_only_reads(self, container: Container, auditor: OwnBrowser) -> None:
        (key,) = (await container.signing_keys().load()).keys
        for path in ("/console/signing-keys", "/console/outbox"):
            assert {each["action"] for each in (await auditor.open(path)).of("form")} == {"/log-out"}
        for path in (f"signing-keys/{key.kid}/revoke", "signing-keys/rotate", "outbox/retry"):
            assert (await auditor.act(f"/console/{path}")).status_code == 403, path


class TestClients:
    async def test_are_listed(self, container: Container, auditor: OwnBrowser) -> None:
        assert "There are no clients." in (await auditor.open("/console/clients")).text
        made = await container.create_client()(name="shop", permissions=["orders:read"])
        page = await auditor.open("/console/clients")
        for text in ("shop", made.client.id, "orders:read", "enabled"):
            assert text in page.text, text
        assert Page(await auditor.get("/console/clients?after=x")).error.startswith("This place in the list")

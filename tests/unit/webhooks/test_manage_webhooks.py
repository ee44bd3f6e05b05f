"""Who may change webhooks, and what a webhook may be."""

from typing import Any

import pytest
from tests.admin_helpers import a_user_with, principal_of
from tests.application import Application

from fastauth.domain.audit.event import EventType
from fastauth.domain.errors import InvalidInput
from fastauth.domain.principals.errors import NotPermitted
from fastauth.domain.webhooks.errors import TooManyWebhooks, WebhookNotFound
from fastauth.domain.webhooks.webhook import MAX_WEBHOOKS, DisabledReason, WebhookState, new_id

URL = "https://receiver.example/hook"

ACTS = (
    "change_webhook",
    "rotate_webhook_secret",
    "disable_webhook",
    "resume_webhook",
    "remove_webhook",
    "send_test_message",
)
READS = ("get_webhook",)


class TestPermissions:
    async def test_administrators_write_and_auditors_read(self, app: Application) -> None:
        root = await principal_of(app, await a_user_with(app, "root", "admin"))
        looker = await principal_of(app, await a_user_with(app, "looker", "auditor"))
        ann = await principal_of(app, await a_user_with(app, "ann"))
        container = app.container
        new = await container.create_webhook()(acting=root, url=URL)
        (listed,) = await container.list_webhooks()(acting=looker)
        assert listed.webhook.id == new.webhook.id
        refused = [(looker, name) for name in ACTS] + [(ann, name) for name in (*ACTS, *READS)]
        for acting, name in refused:
            with pytest.raises(NotPermitted):
                await getattr(container, name)()(acting=acting, webhook_id=new.webhook.id)
        for acting in (looker, ann):
            with pytest.raises(NotPermitted):
                await container.create_webhook()(acting=acting, url=URL)
        with pytest.raises(NotPermitted):
            await container.list_webhooks()(acting=ann)

    async def test_role_that_was_revoked_meanwhile(self, app: Application) -> None:
        root = await principal_of(app, await a_user_with(app, "root", "admin"))
        await app.revoke_role(username="root", role="admin")
        with pytest.raises(NotPermitted):
            await app.container.create_webhook()(acting=root, url=URL)

    async def test_events_name_the_acting_principal(self, app: Application) -> None:
        user = await a_user_with(app, "root", "admin")
        root = await principal_of(app, user)
        new = await app.container.create_webhook()(acting=root, url=URL)
        for name in ACTS:
            if name != "send_test_message":
                await getattr(app.container, name)()(acting=root, webhook_id=new.webhook.id)
        recorded = [each for each in app.storage.entries if each.event.type.value.startswith("webhook")]
        assert [each.event.type for each in recorded] == [
            EventType.WEBHOOK_CREATED,
            EventType.WEBHOOK_CHANGED,
            EventType.WEBHOOK_SECRET_ROTATED,
            EventType.WEBHOOK_DISABLED,
            EventType.WEBHOOK_RESUMED,
            EventType.WEBHOOK_REMOVED,
        ]
        for each in recorded:
            assert each.source
            assert (each.source.actor_id, each.event.detail) == (user.id, new.webhook.id)


class TestRules:
    async def test_url_and_types(self, app: Application) -> None:
        create, change = app.container.create_webhook(), app.container.change_webhook()
        new = await create(acting=None, url=URL)
        assert new.webhook.created_at == new.webhook.due_at == app.clock.now()
        for url in ("http://receiver.example/", "https://127.0.0.1/", "https://169.254.169.254/", "x", ""):
            with pytest.raises(InvalidInput, match="url"):
                await create(acting=None, url=url)
            with pytest.raises(InvalidInput, match="url"):
                await change(acting=None, webhook_id=new.webhook.id, url=url)
        for types in ([], ["user.registered", "nothing"], ["user_created"]):
            with pytest.raises(InvalidInput, match="types"):
                await create(acting=None, url=URL, types=types)
        with pytest.raises(InvalidInput) as refused:
            await create(acting=None, url="x", types=["nothing"])
        assert [each.field for each in refused.value.violations] == ["url", "types"]

    async def test_change(self, app: Application) -> None:
        new = await app.container.create_webhook()(acting=None, url=URL, types=["user.registered"])
        change = app.container.change_webhook()
        changed = await change(acting=None, webhook_id=new.webhook.id, url=f"{URL}2")
        assert (changed.url, changed.types) == (f"{URL}2", new.webhook.types)
        changed = await change(acting=None, webhook_id=new.webhook.id, all_types=True)
        assert (changed.url, changed.types) == (f"{URL}2", None)

    async def test_webhook_beyond_the_maximum_is_refused(self, app: Application) -> None:
        for _ in range(MAX_WEBHOOKS):
            await app.container.create_webhook()(acting=None, url=URL)
        with pytest.raises(TooManyWebhooks):
            await app.container.create_webhook()(acting=None, url=URL)

    async def test_unknown_webhook(self, app: Application) -> None:
        for name in (*ACTS, *READS):
            with pytest.raises(WebhookNotFound):
                await getattr(app.container, name)()(acting=None, webhook_id=new_id())

    async def test_disable_resume_and_test_message(self, app: Application) -> None:
        new = await app.container.create_webhook()(acting=None, url=URL)
        of_it: dict[str, Any] = {"acting": None, "webhook_id": new.webhook.id}
        disabled = await app.container.disable_webhook()(**of_it)
        assert disabled.disabled_reason is DisabledReason.REQUESTED
        assert (await app.container.get_webhook()(**of_it)).state is WebhookState.DISABLED
        assert (await app.container.send_test_message()(**of_it)).status == 204
        assert (await app.container.get_webhook()(**of_it)).webhook == disabled
        resumed = await app.container.resume_webhook()(**of_it)
        assert resumed.disabled_at is None

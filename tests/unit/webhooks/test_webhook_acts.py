"""What changes of a webhook store, and what a test message is."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.fakes import FakeWebhookRepository
from tests.webhook_helpers import URL, Installation

from fastauth.application.webhooks.create_webhook import NewWebhook
from fastauth.application.webhooks.send_test_message import SendTestMessage
from fastauth.domain.errors import InvalidInput, StorageUnavailable
from fastauth.domain.event_feed.published_event import PublishedType
from fastauth.domain.principals.errors import NotPermitted
from fastauth.domain.principals.principal import Principal, PrincipalKind
from fastauth.domain.roles.permissions import READ_WEBHOOKS, WRITE_WEBHOOKS
from fastauth.domain.webhooks.delivery import Attempt
from fastauth.domain.webhooks.errors import WebhookNotFound
from fastauth.domain.webhooks.secret import SECRET_PURPOSE
from fastauth.domain.webhooks.webhook import Webhook


@pytest.fixture
async def here() -> Installation:
    here = Installation()
    await here.create("user.registered")
    return here


class TestChangeTypes:
    async def test_types_are_replaced(self, here: Installation) -> None:
        before = await here.stored()
        names = ["role.changed", "user.disabled"]
        changed = await here.app.container.change_webhook()(acting=None, webhook_id=here.id, types=names)
        types = frozenset({PublishedType.ROLE_CHANGED, PublishedType.USER_DISABLED})
        assert changed == await here.stored() == replace(before, types=types)

    @pytest.mark.parametrize("names", [[], ["nothing"]])
    async def test_refused_types_change_nothing(self, here: Installation, names: list[str]) -> None:
        before = await here.stored()
        with pytest.raises(InvalidInput, match="types"):
            await here.app.container.change_webhook()(
                acting=None, webhook_id=here.id, url=f"{URL}2", types=names
            )
        assert await here.stored() == before

    async def test_all_types_win_over_a_choice(self, here: Installation) -> None:
        changed = await here.app.container.change_webhook()(
            acting=None, webhook_id=here.id, types=["role.changed"], all_types=True
        )
        assert changed.types is None


class TestRotateSecret:
    async def rotate(self, here: Installation, *, at_once: bool) -> NewWebhook:
        new = await here.app.container.rotate_webhook_secret()(
            acting=None, webhook_id=here.id, at_once=at_once
        )
        stored = await here.stored()
        assert new == NewWebhook(stored, new.secret)
        assert here.app.container.secret_box().open(stored.secret, purpose=SECRET_PURPOSE) == new.secret
        return new

    async def test_old_secret_stays_for_a_day(self, here: Installation) -> None:
        before = await here.stored()
        here.clock.advance(hours=1)
        rotated = (await self.rotate(here, at_once=False)).webhook
        assert rotated == replace(
            before,
            secret=rotated.secret,
            previous_secret=before.secret,
            previous_secret_ends_at=here.clock.now() + timedelta(hours=24),
        )

    async def test_at_once_no_old_secret_stays(self, here: Installation) -> None:
        """Neither the last one nor one that another rotation had kept."""
        before = await here.stored()
        await self.rotate(here, at_once=False)
        rotated = (await self.rotate(here, at_once=True)).webhook
        assert rotated.secret != before.secret
        assert rotated == replace(before, secret=rotated.secret)


class TestTestMessage:
    async def test_needs_the_permission_to_write(self, here: Installation) -> None:
        await here.create()
        send = here.app.container.send_test_message()
        for permissions, refused in (({READ_WEBHOOKS}, True), ({WRITE_WEBHOOKS}, False)):
            acting = Principal(
                kind=PrincipalKind.CLIENT, permissions=frozenset(permissions), client_id="fa_c_x"
            )
            if refused:
                with pytest.raises(NotPermitted) as caught:
                    await send(acting=acting, webhook_id=here.id)
                assert caught.value.permission == WRITE_WEBHOOKS
            else:
                assert await send(acting=acting, webhook_id=here.id) == Attempt(204)

    async def test_message_has_an_id_of_its_own_and_no_data(self, here: Installation) -> None:
        for _ in range(2):
            await here.app.container.send_test_message()(acting=None, webhook_id=here.id)
        first, second = (each.headers["webhook-id"] for each in here.http.requests)
        assert re.fullmatch(r"test_[0-9a-f]{32}", first)
        assert first != second
        timestamp = here.clock.now().isoformat(timespec="microseconds").replace("+00:00", "Z")
        assert json.loads(here.http.requests[0].body) == {
            "type": "webhook.test",
            "timestamp": timestamp,
            "data": {},
        }

    async def test_what_is_no_id_is_not_looked_up(self, here: Installation) -> None:
        """A database refuses some texts, such as one with a zero byte."""

        class Particular(FakeWebhookRepository):
            async def get(self, webhook_id: str) -> Webhook | None:
                raise StorageUnavailable

        container = here.app.container
        send = SendTestMessage(
            webhooks=Particular(here.app.storage), sender=container.webhook_sender(), clock=here.clock
        )
        for webhook_id in ("", "wh_\0", f"{here.id}\n", here.id.upper()):
            with pytest.raises(WebhookNotFound):
                await send(acting=None, webhook_id=webhook_id)
        assert here.http.requests == []

"""The fakes keep the contract of the SQL adapters."""

import pytest
from tests.contracts.webhooks.webhook_storage import WebhookPorts, WebhookStorageContract
from tests.fakes import (
    FakeEventFeed,
    FakeEventLog,
    FakeEventNumbering,
    FakeStorage,
    FakeWebhookQueue,
    FakeWebhookRepository,
)


class TestFakeWebhookStorage(WebhookStorageContract):
    @pytest.fixture
    def stored_ports(self) -> WebhookPorts:
        storage = FakeStorage()
        return WebhookPorts(
            webhooks=FakeWebhookRepository(storage),
            queue=FakeWebhookQueue(storage),
            events=FakeEventLog(storage),
            numbering=FakeEventNumbering(storage),
            feed=FakeEventFeed(storage),
        )

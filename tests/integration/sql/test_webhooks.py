"""Webhooks in SQL keep their contract, on SQLite and on PostgreSQL."""

import pytest
from tests.contracts.webhooks.webhook_storage import WebhookPorts, WebhookStorageContract
from tests.harness.databases import AUDIT_COLUMNS

from fastauth.adapters.sql import (
    Database,
    SqlEventFeed,
    SqlEventLog,
    SqlEventNumbering,
    SqlWebhookQueue,
    SqlWebhookRepository,
)


class TestSqlWebhookStorage(WebhookStorageContract):
    @pytest.fixture
    def stored_ports(self, database: Database) -> WebhookPorts:
        connections = database.autocommit
        return WebhookPorts(
            webhooks=SqlWebhookRepository(connections=connections),
            queue=SqlWebhookQueue(connections=connections),
            events=SqlEventLog(connections=connections, audit_columns=AUDIT_COLUMNS),
            numbering=SqlEventNumbering(connections=connections),
            feed=SqlEventFeed(connections=connections),
        )

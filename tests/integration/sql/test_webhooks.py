"""Webhooks in SQL, on SQLite and on PostgreSQL."""

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
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.settings import Settings


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


class TestCreateWebhook:
    async def test_needs_one_connection(self, database: Database) -> None:
        """Otherwise as many requests as there are connections would wait for each other."""
        small = Container(settings=Settings(database_url=database.engine.url, database_pool_size=1))
        new = await small.create_webhook()(acting=None, url="https://receiver.example/hook")
        assert await small.webhooks().get(new.webhook.id)
        await small.remove_webhook()(acting=None, webhook_id=new.webhook.id)
        await small.database().close()

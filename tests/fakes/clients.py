"""Clients in memory."""

from dataclasses import replace
from datetime import datetime

from tests.fakes.storage import FakeStorage

from fastauth.domain.clients.client import LAST_USE_INTERVAL, Client
from fastauth.domain.clients.client_id import CLIENT_ID, ClientId
from fastauth.domain.clients.errors import ClientExists
from fastauth.domain.clients.registered_client import ClientSecret, RegisteredClient


class FakeClientRepository:
    def __init__(self, storage: FakeStorage) -> None:
        self.storage = storage
        self.reads = 0

    async def load(self, *, after: str = "", limit: int | None = None) -> tuple[RegisteredClient, ...]:
        self.reads += 1
        by_name = sorted(self.storage.clients.values(), key=lambda each: each.client.name)
        return tuple(each for each in by_name if each.client.name > after)[:limit]

    async def get(self, client_id: ClientId) -> RegisteredClient | None:
        self.reads += 1
        assert CLIENT_ID.fullmatch(client_id), "PostgreSQL rejects some other texts"
        return self.storage.clients.get(client_id)

    async def find(self, name: str) -> RegisteredClient | None:
        self.reads += 1
        return next((each for each in self.storage.clients.values() if each.client.name == name), None)

    async def add(self, client: Client, secret: ClientSecret) -> None:
        if await self.find(client.name):
            raise ClientExists
        self.storage.clients[client.id] = RegisteredClient(client=client, secrets=(secret,))

    async def rotate(self, client_id: ClientId, secret: ClientSecret, *, old_expires_at: datetime) -> bool:
        before = self.storage.clients.get(client_id)
        if before is None:
            return False
        old = []
        for each in before.secrets:
            if each.expires_at is None:
                old.append(replace(each, expires_at=old_expires_at))
            else:
                old.append(replace(each, expires_at=min(each.expires_at, secret.created_at)))
        self.storage.clients[client_id] = replace(before, secrets=(secret, *old))
        return True

    async def update(self, client: Client) -> bool:
        before = self.storage.clients.get(client.id)
        if before is None:
            return False
        changed = replace(
            before.client,
            permissions=client.permissions,
            audiences=client.audiences,
            disabled_at=client.disabled_at,
        )
        self.storage.clients[client.id] = replace(before, client=changed)
        return True

    async def touch(self, client_id: ClientId, *, now: datetime) -> None:
        found = self.storage.clients[client_id]
        if found.client.last_used_at is None or found.client.last_used_at <= now - LAST_USE_INTERVAL:
            self.storage.clients[client_id] = replace(found, client=replace(found.client, last_used_at=now))

    async def remove(self, client_id: ClientId) -> bool:
        return self.storage.clients.pop(client_id, None) is not None

"""What a `ClientRepository` promises."""

from abc import ABC, abstractmethod
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from secrets import token_bytes

import pytest
from tests.builders import a_name

from fastauth.domain.clients.client import Client
from fastauth.domain.clients.client_id import new_client_id
from fastauth.domain.clients.errors import ClientExists
from fastauth.domain.clients.ports import ClientRepository
from fastauth.domain.clients.registered_client import ClientSecret, ClientSecretDigest, RegisteredClient

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
LATEST = LATER + timedelta(hours=1)


def a_client() -> Client:
    return Client(
        id=new_client_id(),
        name=a_name().lower(),
        created_at=NOW,
        permissions=frozenset({"a:read", "b:read"}),
        audiences=("https://a.example", "https://b.example"),
    )


def a_secret(*, at: datetime = NOW) -> ClientSecret:
    return ClientSecret(digest=ClientSecretDigest(token_bytes(32)), created_at=at)


class ClientRepositoryContract(ABC):
    @abstractmethod
    @pytest.fixture
    def clients(self) -> ClientRepository: ...

    async def test_reads_what_was_added(self, clients: ClientRepository) -> None:
        client, secret = a_client(), a_secret()
        await clients.add(client, secret)
        stored = RegisteredClient(client=client, secrets=(secret,))
        assert await clients.get(client.id) == await clients.find(client.name) == stored
        assert await clients.get(new_client_id()) is None
        assert await clients.find("nobody") is None

    async def test_pages_are_in_the_order_of_names(self, clients: ClientRepository) -> None:
        first, second, third = (replace(a_client(), name=f"zz-{name}-{a_name().lower()}") for name in "abc")
        for client in (third, first, second):
            await clients.add(client, a_secret())
            await clients.rotate(client.id, a_secret(at=LATER), old_expires_at=LATEST)
        names = [each.client.name for each in await clients.load()]
        assert names == sorted(names)
        page = await clients.load(after=first.name, limit=1)
        assert [(each.client, len(each.secrets)) for each in page] == [(second, 2)]
        assert await clients.load(after=third.name) == ()

    async def test_name_is_unique(self, clients: ClientRepository) -> None:
        client, secret = a_client(), a_secret()
        await clients.add(client, secret)
        with pytest.raises(ClientExists):
            await clients.add(replace(client, id=new_client_id()), a_secret())
        assert await clients.find(client.name) == RegisteredClient(client=client, secrets=(secret,))

    async def test_rotation_leaves_two_secrets(self, clients: ClientRepository) -> None:
        """The newest of the old ones ends later, an older one at once, and none is prolonged."""
        client, first, second, third = a_client(), a_secret(), a_secret(at=LATER), a_secret(at=LATEST)
        await clients.add(client, first)
        assert await clients.rotate(client.id, second, old_expires_at=LATEST + timedelta(hours=9))
        found = await clients.get(client.id)
        assert found
        assert [each.expires_at for each in found.secrets] == [None, LATEST + timedelta(hours=9)]
        assert await clients.rotate(client.id, third, old_expires_at=LATEST + timedelta(hours=2))
        found = await clients.get(client.id)
        assert found
        assert {each.digest: each.expires_at for each in found.secrets} == {
            third.digest: None,
            second.digest: LATEST + timedelta(hours=2),
            first.digest: LATEST,
        }

    async def test_update(self, clients: ClientRepository) -> None:
        client = a_client()
        await clients.add(client, a_secret())
        changed = replace(client, permissions=frozenset(), audiences=(), disabled_at=LATER)
        assert await clients.update(changed)
        found = await clients.get(client.id)
        assert found
        assert found.client == changed

    async def test_last_use_is_stored_once_in_five_minutes(self, clients: ClientRepository) -> None:
        client = a_client()
        await clients.add(client, a_secret())
        for minutes, stored in ((0, 0), (4, 0), (5, 5)):
            await clients.touch(client.id, now=NOW + timedelta(minutes=minutes))
            found = await clients.get(client.id)
            assert found
            assert found.client.last_used_at == NOW + timedelta(minutes=stored)

    async def test_removed_client_is_gone(self, clients: ClientRepository) -> None:
        client = a_client()
        await clients.add(client, a_secret())
        assert await clients.remove(client.id)
        assert await clients.get(client.id) is None
        assert not await clients.remove(client.id)
        assert not await clients.update(client)
        assert not await clients.rotate(client.id, a_secret(), old_expires_at=NOW)

"""Changes of clients, each with its event, in a transaction of the caller."""

from dataclasses import dataclass, replace
from datetime import datetime

from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.clients.client import Client
from fastauth.domain.clients.errors import ClientNotFound
from fastauth.domain.clients.registered_client import ROTATION_OVERLAP, ClientSecret
from fastauth.domain.clients.secret import ClientSecretCodec, NewClientSecret
from fastauth.domain.revocations.revocation import Revocation
from fastauth.domain.unit_of_work import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatedClient:
    """A client with its new secret, which is never shown again."""

    client: Client
    secret: NewClientSecret


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientChanges:
    """What commands and administrators do to clients alike."""

    codec: ClientSecretCodec

    async def create(self, transaction: Transaction, client: Client) -> CreatedClient:
        """Store a new client with its first secret.

        Raises:
            ClientExists: Another client has its name.
        """
        secret, now = self.codec.issue(), client.created_at
        await transaction.clients.add(client, ClientSecret(digest=secret.digest, created_at=now))
        await _record(transaction, EventType.CLIENT_CREATED, client, now)
        return CreatedClient(client=client, secret=secret)

    async def rotate_secret(
        self, transaction: Transaction, client: Client, *, at_once: bool, now: datetime
    ) -> CreatedClient:
        """Store a new secret. The one before ends in `ROTATION_OVERLAP`.

        With `at_once` it ends now, and so do the access tokens that were issued for it.

        Raises:
            ClientNotFound: It was removed meanwhile.
        """
        secret = self.codec.issue()
        new = ClientSecret(digest=secret.digest, created_at=now)
        old_expires_at = now if at_once else now + ROTATION_OVERLAP
        if not await transaction.clients.rotate(client.id, new, old_expires_at=old_expires_at):
            raise ClientNotFound
        await _record(transaction, EventType.CLIENT_SECRET_ROTATED, client, now)
        if at_once:
            await transaction.revocations.add(Revocation.of_client(client.id, at=now))
        return CreatedClient(client=client, secret=secret)

    async def update(
        self, transaction: Transaction, before: Client, after: Client, *, now: datetime
    ) -> Client:
        """Store what has changed of a client. Tokens with more than it has left are revoked.

        Raises:
            ClientNotFound: It was removed meanwhile.
        """
        if before == after:
            return after
        if not await transaction.clients.update(after):
            raise ClientNotFound
        if replace(before, disabled_at=after.disabled_at) != after:
            await _record(transaction, EventType.CLIENT_CHANGED, after, now)
        if bool(before.disabled_at) != bool(after.disabled_at):
            type_ = EventType.CLIENT_DISABLED if after.disabled_at else EventType.CLIENT_ENABLED
            await _record(transaction, type_, after, now)
        if after.has_less_than(before):
            await transaction.revocations.add(Revocation.of_client(after.id, at=now))
        return after

    async def remove(self, transaction: Transaction, client: Client, *, now: datetime) -> None:
        """Delete a client. Its tokens are revoked.

        Raises:
            ClientNotFound: It was removed meanwhile.
        """
        if not await transaction.clients.remove(client.id):
            raise ClientNotFound
        await _record(transaction, EventType.CLIENT_REMOVED, client, now)
        await transaction.revocations.add(Revocation.of_client(client.id, at=now))


async def _record(transaction: Transaction, type_: EventType, client: Client, now: datetime) -> None:
    await transaction.events.record(Event(type=type_, occurred_at=now, detail=client.id))

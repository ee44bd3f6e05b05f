"""Authenticate a client that sends its secret with each request."""

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from fastauth.domain.clients.errors import InvalidClient
from fastauth.domain.clients.ports import ClientRepository
from fastauth.domain.clients.registered_client import ClientSecretDigest, RegisteredClient
from fastauth.domain.clients.secret import ClientSecretCodec
from fastauth.domain.clock import Clock
from fastauth.domain.errors import StorageUnavailable
from fastauth.domain.principals.principal import Principal, PrincipalKind

RELOAD_AFTER = timedelta(seconds=5)
"""Maximum age of the loaded clients: how long a secret may be accepted after it was removed."""


@dataclass(slots=True, kw_only=True)
class AuthenticateSecret:
    """Return the principal of a client secret, for the feeds that a service polls.

    All clients are loaded at once and kept for five seconds. So neither a service that polls nor a flood of
    wrong secrets costs a statement for each request.
    """

    clients: ClientRepository
    codec: ClientSecretCodec
    clock: Clock
    _known: dict[ClientSecretDigest, RegisteredClient] = field(default_factory=dict, init=False)
    _loaded_at: datetime | None = field(default=None, init=False)

    async def __call__(self, *, secret: str) -> Principal:
        """Return the client whose secret this is, with its permissions.

        Raises:
            InvalidClient: It is no secret of an enabled client, or it has expired.
            StorageUnavailable: Try again later.
        """
        now, digests = self.clock.now(), self.codec.digests(secret)
        if not digests:
            raise InvalidClient
        if self._loaded_at is None or not timedelta(0) <= now - self._loaded_at < RELOAD_AFTER:
            self._known = {
                each.digest: registered
                for registered in await self.clients.load()
                for each in registered.secrets
            }
            self._loaded_at = now
        for digest in digests:
            found = self._known.get(digest)
            if found and found.accepts((digest,), now):
                await self._store_use(digest, found, now)
                client = found.client
                return Principal(
                    kind=PrincipalKind.CLIENT, permissions=client.permissions, client_id=client.id
                )
        raise InvalidClient

    async def _store_use(self, digest: ClientSecretDigest, found: RegisteredClient, now: datetime) -> None:
        if found.client.needs_last_use(now):
            self._known[digest] = replace(found, client=replace(found.client, last_used_at=now))
            with suppress(StorageUnavailable):  # the feed goes on while the database only reads
                await self.clients.touch(found.client.id, now=now)

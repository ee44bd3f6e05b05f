"""Authenticate a client at an OAuth endpoint."""

from dataclasses import dataclass

from fastauth.application.rate_limits.rate_limiter import RateLimiter
from fastauth.domain.clients.client import Client
from fastauth.domain.clients.client_id import CLIENT_ID, ClientId
from fastauth.domain.clients.errors import InvalidClient
from fastauth.domain.clients.ports import ClientRepository
from fastauth.domain.clients.secret import ClientSecretCodec
from fastauth.domain.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticateClient:
    """Return the client of an id and a secret (RFC 6749, section 2.3.1).

    Refusals are counted for the network, and text that is no id or no secret is refused without a
    look-up. A success is not counted, so that the limit of a network keeps no client of it out.
    """

    clients: ClientRepository
    codec: ClientSecretCodec
    rate_limiter: RateLimiter
    clock: Clock

    async def __call__(self, *, client_id: str, secret: str, address: str) -> Client:
        """Return the client as it is now.

        Raises:
            InvalidClient: Id and secret are not those of an enabled client.
            TooManyRequests: They are not, and the network has reached its limit of refusals.
            StorageUnavailable: Try again later.
        """
        now, digests = self.clock.now(), self.codec.digests(secret)
        has_form = digests and CLIENT_ID.fullmatch(client_id)
        found = await self.clients.get(ClientId(client_id)) if has_form else None
        if found is None or not found.accepts(digests, now):
            await self.rate_limiter.count_refused_client(address=address)
            raise InvalidClient
        if found.client.needs_last_use(now):
            await self.clients.touch(found.client.id, now=now)
        return found.client

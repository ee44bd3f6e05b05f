"""Many clients register one username at once."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import cycle

import httpx2
from tests.harness.service import DEADLINE, NO_TLS, Service, is_unavailable

ATTEMPTS = 20
"""Requests of one client, if the responses to all but the last are 503. A busy machine causes a few."""


@dataclass
class Race:
    """The responses to clients that all want one username."""

    statuses: Counter[int] = field(default_factory=Counter)
    """The last responses of the clients."""
    repeated: int = 0
    """The number of 503 responses. Each made a client repeat its request."""

    @property
    def has_one_winner(self) -> bool:
        """Return whether one client got 201, and every other 409.

        After a 503 the commit may have succeeded nevertheless. Then every client may have got 409.
        """
        winners = self.statuses[201]
        return self.statuses.keys() <= {201, 409} and (winners == 1 or (not winners and self.repeated > 0))


def race(services: Sequence[Service], registrations: list[dict[str, str]]) -> Race:
    """Send the registrations at once, and repeat those whose response is 503, as a client should.

    The services, all on one database, get them in turn.
    """
    found = Race()
    for _ in range(ATTEMPTS):
        responses = register_at_once(services, registrations)
        unavailable = [is_unavailable(each) for each in responses]
        found.statuses.update(
            each.status_code for each, repeat in zip(responses, unavailable, strict=True) if not repeat
        )
        registrations = [each for each, repeat in zip(registrations, unavailable, strict=True) if repeat]
        if not registrations:
            break
        found.repeated += len(registrations)
    found.statuses.update(503 for _ in registrations)
    return found


def register_at_once(
    services: Sequence[Service], registrations: list[dict[str, str]]
) -> list[httpx2.Response]:
    """Send every registration over a connection of its own, none before all are connected."""
    return asyncio.run(_register_at_once([service.url for service in services], registrations))


async def _register_at_once(urls: list[str], registrations: list[dict[str, str]]) -> list[httpx2.Response]:
    number = len(registrations)
    limits = httpx2.Limits(max_connections=number, max_keepalive_connections=number)
    async with httpx2.AsyncClient(timeout=DEADLINE, limits=limits, verify=NO_TLS) as client:
        sent = [*zip(cycle(urls), registrations, strict=False)]
        await asyncio.gather(*(client.get(f"{url}/ping") for url, _ in sent))
        return await asyncio.gather(
            *(client.post(f"{url}/users/register", json=registration) for url, registration in sent)
        )

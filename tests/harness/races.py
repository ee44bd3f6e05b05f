"""Many clients register one username at once."""

from collections import Counter
from dataclasses import dataclass, field

from tests.harness.service import Service, is_unavailable

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


def race(service: Service, registrations: list[dict[str, str]]) -> Race:
    """Send the registrations at once, and repeat those whose response is 503, as a client should."""
    found = Race()
    for _ in range(ATTEMPTS):
        responses = service.register_at_once(registrations)
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

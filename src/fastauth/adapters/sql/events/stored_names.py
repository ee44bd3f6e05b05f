"""Event types and actors as the table ``event`` stores them, with their names before migration 0007."""

from fastauth.adapters.sql.database.event_renames import RENAMED_ACTORS, RENAMED_TYPES
from fastauth.domain.audit.event import Actor, EventType


def parse_event_type(stored: str) -> EventType:
    """Return the event type of a stored name, old or new."""
    return EventType(RENAMED_TYPES.get(stored, stored))


def parse_actor(stored: str) -> Actor:
    """Return the actor of a stored name, old or new."""
    return Actor(RENAMED_ACTORS.get(stored, stored))


def stored_names(event_type: EventType) -> list[str]:
    """Return every name under which an event type may be stored."""
    return [event_type.value, *(old for old, new in RENAMED_TYPES.items() if new == event_type)]

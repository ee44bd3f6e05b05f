"""Actor and client address of the current request or command, in a context variable.

It is read when an audit event is recorded. Each request and each command runs in a context of its own. Use
cases whose rules depend on the address take it as an argument instead.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace

from fastauth.domain.audit.event import Actor, EventSource
from fastauth.domain.principals.principal import Principal

_SYSTEM = EventSource(Actor.SYSTEM)
"""The source of events outside of requests and commands: background tasks."""
_current = ContextVar("event_source", default=_SYSTEM)


def current_event_source() -> EventSource:
    """Return the source of events that are recorded in this context."""
    return _current.get()


@contextmanager
def event_source(source: EventSource) -> Iterator[None]:
    """Record events with this source within the block."""
    token = _current.set(source)
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def attributed_to(acting: Principal) -> Iterator[None]:
    """Record events as acts of a principal on others within the block."""
    source = replace(current_event_source(), actor_id=acting.user_id, client_id=acting.client_id)
    with event_source(source):
        yield

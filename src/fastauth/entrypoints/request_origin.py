"""Where what is done now was asked for.

It goes past the use cases, which have no use for it, to whatever records events: a request and a
command each run in a context of their own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from fastauth.domain.audit.event import Actor, EventSource

_BY_ITSELF = EventSource(Actor.SYSTEM)
_current = ContextVar("origin", default=_BY_ITSELF)


def current_event_source() -> EventSource:
    """Return where the present act was asked for."""
    return _current.get()


@contextmanager
def event_source(origin: EventSource) -> Iterator[None]:
    """Have whatever is done meanwhile, in this context, come from `origin`."""
    token = _current.set(origin)
    try:
        yield
    finally:
        _current.reset(token)

"""Which connections a worker keeps, and which one it closes to make room for another."""

import math
import resource
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Protocol


class EvictableConnection(Protocol):
    """A connection, as far as this module has to do with it."""

    def evict(self) -> None:
        """Close the connection, because a newer one needs its place."""


OTHER_FILES = 128
"""Files that a worker may have open beside its connections: the database's, listeners, logs, metrics."""


def max_connections() -> float:
    """Return how many connections a process may have by the system's bound on open files."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return math.inf if soft == resource.RLIM_INFINITY else max(soft - OTHER_FILES, OTHER_FILES)


@dataclass(slots=True)
class _Group:
    """Connections that share a bound."""

    members: set[EvictableConnection] = field(default_factory=set)
    waiting: dict[EvictableConnection, None] = field(default_factory=dict)
    """The members to which no answer is due, in the order in which they began to wait."""


class ConnectionRegistry:
    """Bound the connections of each network, and those of the worker.

    Every connection counts, whatever it does. Where there are too many, the one that has waited
    longest for its next request is closed. If none waits, the new one is refused.
    """

    def __init__(self, most: float = math.inf) -> None:
        self._most = most
        self._all = _Group()
        self._networks: defaultdict[str, _Group] = defaultdict(_Group)

    def __len__(self) -> int:
        return len(self._all.members)

    def add(self, connection: EvictableConnection, network: str, most: float) -> bool:
        """Take up a connection of a network that may have `most`. Return whether there is room for it."""
        for group, bound in ((self._networks[network], most), (self._all, self._most)):
            if len(group.members) < bound:
                continue
            longest = next(iter(group.waiting), None)
            if longest is None:
                self._forget_if_empty(network)
                return False
            longest.evict()
        for group in self._groups(network):
            group.members.add(connection)
            group.waiting[connection] = None
        return True

    def mark_idle(self, connection: EvictableConnection, network: str) -> None:
        """Note that no answer is due to a connection any more."""
        for group in self._groups(network):
            if connection in group.members:
                group.waiting[connection] = None

    def mark_busy(self, connection: EvictableConnection, network: str) -> None:
        """Note that an answer is due to a connection: it is not closed to make room."""
        for group in self._groups(network):
            group.waiting.pop(connection, None)

    def remove(self, connection: EvictableConnection, network: str) -> None:
        """Forget a connection."""
        for group in self._groups(network):
            group.members.discard(connection)
            group.waiting.pop(connection, None)
        self._forget_if_empty(network)

    def _groups(self, network: str) -> tuple[_Group, _Group]:
        return self._networks[network], self._all

    def _forget_if_empty(self, network: str) -> None:
        if not self._networks[network].members:
            del self._networks[network]

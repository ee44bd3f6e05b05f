"""Limits on the number of connections, per network and per worker."""

import math
import resource
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Protocol


class EvictableConnection(Protocol):
    """A connection that can be closed in favour of a newer one."""

    def evict(self) -> None:
        """Close the connection, because a newer one needs its place."""


OTHER_FILES = 128
"""File descriptors for everything but HTTP connections: database, listeners, logs, metrics."""


def raise_open_files_limit() -> None:
    """Raise the soft limit on open files, which a shell sets low, to the hard limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def max_connections() -> float:
    """Return how many connections a process may have within its limit on open files."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return math.inf if soft == resource.RLIM_INFINITY else max(soft - OTHER_FILES, OTHER_FILES)


@dataclass(slots=True)
class _Group:
    """Connections that share a limit."""

    members: set[EvictableConnection] = field(default_factory=set)
    idle: dict[EvictableConnection, None] = field(default_factory=dict)
    """Members without a pending response, in the order in which they became idle."""


class ConnectionRegistry:
    """Limit the connections of each network and those of the worker.

    Every connection counts, idle or not. At the limit, the connection that has been idle for the longest
    time is closed. If none is idle, the new connection is refused.
    """

    def __init__(self, limit: float = math.inf) -> None:
        self._limit = limit
        self._all = _Group()
        self._networks: defaultdict[str, _Group] = defaultdict(_Group)

    def __len__(self) -> int:
        return len(self._all.members)

    def add(self, connection: EvictableConnection, network: str, limit: float) -> bool:
        """Add a connection of a network that may have `limit`. Return whether there is room for it."""
        for group, allowed in ((self._networks[network], limit), (self._all, self._limit)):
            if len(group.members) < allowed:
                continue
            longest_idle = next(iter(group.idle), None)
            if longest_idle is None:
                self._remove_if_empty(network)
                return False
            longest_idle.evict()
        for group in self._groups(network):
            group.members.add(connection)
            group.idle[connection] = None
        return True

    def mark_idle(self, connection: EvictableConnection, network: str) -> None:
        """Record that a connection has no pending response."""
        for group in self._groups(network):
            if connection in group.members:
                group.idle[connection] = None

    def mark_busy(self, connection: EvictableConnection, network: str) -> None:
        """Record that a connection has a pending response: it is not evicted."""
        for group in self._groups(network):
            group.idle.pop(connection, None)

    def remove(self, connection: EvictableConnection, network: str) -> None:
        """Remove a connection."""
        for group in self._groups(network):
            group.members.discard(connection)
            group.idle.pop(connection, None)
        self._remove_if_empty(network)

    def _groups(self, network: str) -> tuple[_Group, _Group]:
        return self._networks[network], self._all

    def _remove_if_empty(self, network: str) -> None:
        if not self._networks[network].members:
            del self._networks[network]

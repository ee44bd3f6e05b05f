"""The limit on wrong API keys of a network, in memory."""

from collections import OrderedDict
from datetime import datetime

from fastauth.domain.api_keys.key_text import ApiKeyDigest
from fastauth.domain.rate_limits.counter import Counter
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.domain.rate_limits.network import Network
from fastauth.domain.rate_limits.rate_limit import RateLimit

MAX_NETWORKS = 10_000
"""Counters that are kept, about 3 MB. The least recently used one goes first."""

MAX_KNOWN = 4_096
"""Digests of valid keys that are kept, about 1 MB."""


class WrongKeys:
    """Count wrong keys, so that a flood of them does not cost a statement each.

    A secret of 256 bits cannot be guessed: the limit protects the database and not the keys. So it is counted
    in the memory of each process, and does not concern a key that was valid when this process last saw it.
    Otherwise one program with an old key would lock out all others behind the same address.
    """

    def __init__(self, limit: RateLimit | None) -> None:
        self._limit = limit
        self._counters: OrderedDict[Network, Counter] = OrderedDict()
        self._known: OrderedDict[ApiKeyDigest, None] = OrderedDict()

    def check(self, digest: ApiKeyDigest, network: Network, *, now: datetime) -> None:
        """Return if a key of this network may be looked up.

        Raises:
            TooManyRequests: The network has sent too many wrong keys, and this one is not known as valid.
        """
        counter = self._counters.get(network)
        if counter is None or self._limit is None or digest in self._known:
            return
        if self._limit.hit(counter, now) is None:
            raise TooManyRequests(after=self._limit.retry_after(counter, now))

    def count_wrong(self, digest: ApiKeyDigest, network: Network, *, now: datetime) -> None:
        """Count a key that was looked up and is not valid."""
        self._known.pop(digest, None)
        if self._limit is None:
            return
        counter = self._counters.pop(network, Counter())
        self._counters[network] = self._limit.hit(counter, now) or counter
        if len(self._counters) > MAX_NETWORKS:
            self._counters.popitem(last=False)

    def remember_valid(self, digest: ApiKeyDigest) -> None:
        """Store that a key is valid."""
        self._known[digest] = None
        self._known.move_to_end(digest)
        if len(self._known) > MAX_KNOWN:
            self._known.popitem(last=False)

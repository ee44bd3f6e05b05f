"""Fetch the keys of the issuer."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Collection
from typing import TYPE_CHECKING

from fastauth_client.key_cache import KeyCache
from fastauth_client.key_set import read_key_set
from fastauth_client.metrics import Metrics
from fastauth_client.strict_json import strict_object

if TYPE_CHECKING:
    import httpx2

TIMEOUT = 5.0
"""Seconds for a fetch."""

MAX_SIZE = 65_536
"""Bytes of a JWK Set; a key has 200."""

DEFAULT_MAX_AGE = 300
"""Seconds, where the answer has no `max-age`."""

MAX_AGES = (1, 3_600)
"""Seconds; a `max-age` outside is moved to the nearer end."""

REFRESH_AT = 0.9
"""The part of `max-age` after which the keys are fetched again, so that no request meets an old set."""

RETRIES = (1.0, 2.0, 5.0, 10.0)
"""Seconds after a first, second, third and each further failure."""

Sleep = Callable[[float], Awaitable[None]]

logger = logging.getLogger("fastauth_client")


class KeyFetcher:
    """Keeps a `KeyCache` up to date. All methods are called in one event loop."""

    def __init__(self, url: str, cache: KeyCache, *, algorithms: Collection[str], metrics: Metrics) -> None:
        self._url = url
        self._cache = cache
        self._algorithms = algorithms
        self._metrics = metrics
        self._flight: asyncio.Task[float | None] | None = None

    async def keep_fresh(
        self, http: "httpx2.AsyncClient", attempted: asyncio.Event, sleep: Sleep = asyncio.sleep
    ) -> None:
        """Fetch the keys before `max-age` is over, until cancelled. Set the event after each fetch."""
        self._flight = None  # that of another loop, before a fork
        failures = 0
        while True:
            max_age = await self._fetch_once(http)
            attempted.set()
            if max_age is None:
                await sleep(RETRIES[min(failures, len(RETRIES) - 1)])
                failures += 1
            else:
                failures = 0
                await sleep(max_age * REFRESH_AT)

    async def fetch_for(self, http: "httpx2.AsyncClient", kid: str) -> None:
        """Fetch the keys for an unknown `kid`, if that may help. Concurrent calls share one fetch."""
        if self._cache.find(kid) or not self._cache.is_worth_fetching(kid):
            return
        if await self._fetch_once(http) is not None and not self._cache.find(kid):
            self._cache.note_unknown(kid)

    async def _fetch_once(self, http: "httpx2.AsyncClient") -> float | None:
        """Return the `max-age` in seconds, or `None` if the fetch failed."""
        if self._flight is None or self._flight.done():
            self._flight = asyncio.create_task(self._fetch(http))
        return await asyncio.shield(self._flight)

    async def _fetch(self, http: "httpx2.AsyncClient") -> float | None:
        import httpx2  # noqa: PLC0415  takes 0.1 s; only a program that is started waits for it

        self._cache.begin_fetch()
        outcome = "failed"
        try:
            async with asyncio.timeout(TIMEOUT):
                response = await http.get(self._url, timeout=TIMEOUT, follow_redirects=False)
            if response.status_code != httpx2.codes.OK or len(response.content) > MAX_SIZE:
                raise ValueError(f"status {response.status_code}, {len(response.content)} bytes")  # noqa: TRY301  handled with malformed sets
            max_age = _max_age(response.headers.get("Cache-Control", ""))
            self._cache.store(read_key_set(strict_object(response.content), self._algorithms), max_age)
            outcome = "ok"
        except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError, OSError, ValueError) as error:
            logger.warning("the keys of the issuer could not be fetched: %s %s", type(error).__name__, error)
            return None
        else:
            return max_age
        finally:
            self._cache.end_fetch()
            self._metrics.count("keys", outcome)


def _max_age(cache_control: str) -> float:
    found = re.search(r"(?:^|[,\s])max-age=(\d{1,9})", cache_control)
    least, most = MAX_AGES
    return min(max(int(found[1]) if found else DEFAULT_MAX_AGE, least), most)

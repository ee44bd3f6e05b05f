"""Where a verifier has keys and revocations from."""

import asyncio
from collections.abc import Coroutine, Mapping
from concurrent.futures import Future
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

from fastauth_client.background_loop import BackgroundLoop
from fastauth_client.clock import Clock
from fastauth_client.feed import Feed
from fastauth_client.key_cache import KeyCache
from fastauth_client.key_fetcher import KeyFetcher
from fastauth_client.key_set import CURVES, read_key_set
from fastauth_client.revoked_tokens import RevokedTokens

if TYPE_CHECKING:
    import httpx2


class Source(Protocol):
    """Keys and revocations."""

    keys: KeyCache
    revoked: RevokedTokens

    @property
    def staleness(self) -> float:
        """Seconds since all revocations were known; infinite without a feed."""
        ...

    def ensure_started(self) -> None:
        """Start what keeps it up to date, unless that runs or was stopped."""
        ...

    def start(self) -> "Future[None]":
        """Start it. The future is done after a first attempt at keys and feed, successful or not."""
        ...

    def stop(self) -> "Future[None]":
        """Stop it. The future is done when `join` no longer has to wait."""
        ...

    def join(self) -> None:
        """Return once it has stopped."""
        ...

    def fetch(self, kid: str) -> "Future[None]":
        """Fetch the keys for an unknown `kid`, if that may help."""
        ...


class LiveSource:
    """The issuer, over HTTP, in one background thread."""

    def __init__(
        self, *, fetcher: KeyFetcher, feed: Feed | None, keys: KeyCache, revoked: RevokedTokens,
        http: "httpx2.AsyncClient | None",
    ) -> None:  # fmt: skip
        self.keys = keys
        self.revoked = revoked
        self._fetcher = fetcher
        self._feed = feed
        self._given_http = http
        self._loop = BackgroundLoop(self._keep_up_to_date)
        self._stopped = False

    @property
    def staleness(self) -> float:
        """See `Source`."""
        return self._feed.staleness if self._feed else float("inf")

    def ensure_started(self) -> None:
        """See `Source`."""
        if not self._loop.is_running and not self._stopped:
            self._loop.start()

    def start(self) -> "Future[None]":
        """See `Source`."""
        self._stopped = False
        self._loop.start()
        return self._loop.submit(self._first_attempts())

    def stop(self) -> "Future[None]":
        """See `Source`."""
        self._stopped = True
        return self._loop.stop()

    def join(self) -> None:
        """See `Source`."""
        self._loop.join()

    def fetch(self, kid: str) -> "Future[None]":
        """See `Source`."""
        if self._loop.is_running:
            return self._loop.submit(self._fetch(kid))
        return _done()

    async def _keep_up_to_date(self, stopping: asyncio.Event) -> None:
        import httpx2  # noqa: PLC0415  takes 0.1 s; only a program that is started waits for it

        self._http = self._given_http or httpx2.AsyncClient()
        self._attempts = [asyncio.Event()]
        jobs = [self._fetcher.keep_fresh(self._http, self._attempts[0])]
        if self._feed:
            self._attempts.append(asyncio.Event())
            jobs.append(self._feed.follow(self._http, self._attempts[1]))
        try:
            await _run_until(stopping, jobs)
        finally:
            if self._http is not self._given_http:
                await self._http.aclose()

    async def _first_attempts(self) -> None:
        for each in self._attempts:
            await each.wait()

    async def _fetch(self, kid: str) -> None:
        with suppress(asyncio.CancelledError):  # by `stop`: callers that wait go on without the key
            await self._fetcher.fetch_for(self._http, kid)


class OfflineSource:
    """Keys that are given, and no feed: nothing is fetched."""

    def __init__(self, jwks: Mapping[str, object], clock: Clock) -> None:
        self.keys = KeyCache(clock)
        self.keys.store_for_ever(read_key_set(jwks, CURVES))
        self.revoked = RevokedTokens(clock)

    @property
    def staleness(self) -> float:
        """See `Source`. What is revoked is known from the beginning."""
        return 0.0

    def ensure_started(self) -> None:
        """See `Source`."""

    def start(self) -> "Future[None]":
        """See `Source`."""
        return _done()

    def stop(self) -> "Future[None]":
        """See `Source`."""
        return _done()

    def join(self) -> None:
        """See `Source`."""

    def fetch(self, kid: str) -> "Future[None]":
        """See `Source`."""
        return _done()


def _done() -> "Future[None]":
    future: Future[None] = Future()
    future.set_result(None)
    return future


async def _run_until(stopping: asyncio.Event, jobs: list[Coroutine[Any, Any, None]]) -> None:
    """Run coroutines that do not end by themselves, until the event is set or one of them fails."""
    tasks = [asyncio.create_task(job) for job in [*jobs, _wait(stopping)]]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _wait(event: asyncio.Event) -> None:
    await event.wait()

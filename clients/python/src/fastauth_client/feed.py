"""Follow the revocation feed (`docs/integrate/revocations.md`)."""

import asyncio
import logging
import random
import secrets
from typing import TYPE_CHECKING

from fastauth_client.clock import Clock
from fastauth_client.feed_answer import read_answer
from fastauth_client.metrics import Metrics
from fastauth_client.revocations import Revocations
from fastauth_client.revoked_tokens import RevokedTokens

if TYPE_CHECKING:
    import httpx2

WAIT = 1
"""Seconds for which the service may hold a request while there is no news."""

TIMEOUT = WAIT + 1.0
"""Seconds after which a request is given up."""

PAUSES = (0.25, 0.5, 1.0)
"""Seconds after a first, a second and each further failure; a half to the whole of it."""

MAX_PAUSE = 5.0
"""Seconds; `Retry-After` is not honoured beyond."""

REFUSED_PAUSE = 5.0
"""Seconds after the client secret was refused."""

MAX_ANSWER = 4 * 1024 * 1024
"""Bytes; several times the length of 1 000 entries."""

logger = logging.getLogger("fastauth_client")


class FeedError(Exception):
    """A request to the feed failed. The message is for the log, `pause` is in seconds."""

    def __init__(self, reason: str, pause: float = 0.0) -> None:
        super().__init__(reason)
        self.pause = pause


class Feed:
    """Keeps `revoked` up to date."""

    def __init__(
        self, settings: Revocations, url: str, *, revoked: RevokedTokens, clock: Clock, metrics: Metrics
    ) -> None:
        self._url = url
        self._settings = settings
        self._revoked = revoked
        self._clock = clock
        self._metrics = metrics
        self._cursor: str | None = None
        self._more = False
        self._complete_as_of = float("-inf")

    @property
    def staleness(self) -> float:
        """Seconds since everything that had been revoked was known; infinite before the first answer."""
        return self._clock.monotonic() - self._complete_as_of

    async def follow(self, http: "httpx2.AsyncClient", attempted: asyncio.Event) -> None:
        """Send request after request until cancelled. Set the event after each of them."""
        self._cursor = None  # so that the first one is answered at once
        failures = 0
        while True:
            try:
                await self.poll(http)
                attempted.set()
                if failures:
                    logger.info("the revocation feed is back")
                failures = 0
            except FeedError as error:
                attempted.set()
                self._metrics.count("feed", "failed")
                logger.log(logging.DEBUG if failures else logging.WARNING, "revocation feed: %s", error)
                pause = PAUSES[min(failures, len(PAUSES) - 1)] * random.uniform(0.5, 1)  # noqa: S311  only jitter
                failures += 1
                await asyncio.sleep(max(pause, error.pause))

    async def poll(self, http: "httpx2.AsyncClient") -> None:
        """Send one request and apply the answer.

        Raises:
            FeedError: There is no answer, or not the right one.
        """
        nonce = secrets.token_urlsafe(12)
        sent_at = self._clock.monotonic()
        body = await self._ask(http, nonce)
        try:
            answer = read_answer(body)
        except ValueError as error:
            raise FeedError(f"malformed answer: {error}") from None
        self._revoked.add(answer.revocations)
        if answer.nonce != nonce:
            raise FeedError("the answer is one to another request")
        self._cursor, self._more = answer.after, answer.more
        if not answer.more:
            held_until = min(sent_at + answer.waited, self._clock.monotonic())
            self._complete_as_of = max(self._complete_as_of, held_until)
        self._metrics.count("feed", "ok")

    async def _ask(self, http: "httpx2.AsyncClient", nonce: str) -> bytes:
        import httpx2  # noqa: PLC0415  takes 0.1 s; only a program that is started waits for it

        query = {"nonce": nonce}
        if self._cursor is not None:
            query |= {"after": self._cursor, "wait": str(0 if self._more else WAIT)}
        headers = {"Authorization": f"Bearer {self._settings.secret()}", "Cache-Control": "no-store"}
        try:
            async with asyncio.timeout(TIMEOUT):
                response = await http.get(
                    self._url, params=query, headers=headers, timeout=TIMEOUT, follow_redirects=False
                )
        except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError, OSError) as error:
            raise FeedError(type(error).__name__) from None
        if response.status_code == httpx2.codes.OK and len(response.content) <= MAX_ANSWER:
            return response.content
        raise self._refusal(response)

    def _refusal(self, response: "httpx2.Response") -> FeedError:
        status = response.status_code
        if status == 422:  # noqa: PLR2004  the cursor is refused
            self._cursor = None
        if status in {401, 403}:
            return FeedError(f"status {status}: the client secret is refused", REFUSED_PAUSE)
        asked = response.headers.get("Retry-After", "0")
        return FeedError(f"status {status}", min(float(asked), MAX_PAUSE) if asked.isdecimal() else 0.0)

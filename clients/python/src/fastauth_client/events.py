"""Read the event feed, and the accounts that go with it (`docs/integrate/events.md`)."""

import asyncio
import inspect
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from fastauth_client.addresses import check_address
from fastauth_client.client_credentials import ClientCredentials
from fastauth_client.event_answers import Batch, UserPage, read_batch, read_users
from fastauth_client.strict_json import strict_object

if TYPE_CHECKING:
    import httpx2

LIMIT = 500
"""Events and users in one answer, the most that the service gives."""

TIMEOUT = 10.0
"""Seconds after which a request is given up."""

PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0)
"""Seconds after a first and each further failure; a half to the whole of it."""

MAX_PAUSE = 60.0
"""Seconds; `Retry-After` is not honoured beyond."""

MAX_SILENCE = 3600.0
"""Seconds after which an empty batch is given, if the cursor has moved. A cursor is valid for 30 days."""

_RETRIED = {401, 408, 429}
"""Statuses besides 5xx after which the request is repeated; at 401 with another token."""

_OK, _UNAUTHORIZED, _GONE, _SERVER_ERROR = 200, 401, 410, 500

Answer = TypeVar("Answer")
Token = Callable[[], str] | Callable[[], Awaitable[str]]

logger = logging.getLogger("fastauth_client")


class EventsRefused(Exception):
    """The service refuses the request, and would refuse it again."""


class CursorTooOld(EventsRefused):
    """Events behind the cursor may be missing. Load the users again, and read from their `events_after`."""


class _FailedError(Exception):
    """A request may be repeated after `pause` seconds. The message is for the log."""

    def __init__(self, reason: str, pause: float = 0.0) -> None:
        super().__init__(reason)
        self.pause = pause


@dataclass(frozen=True, slots=True, repr=False)
class EventReader:
    """Reads the feed of the issuer; failures that may pass are repeated, with pauses."""

    issuer: str
    token: Token
    """Returns an access token with the permission `fastauth:events.read`; it is called for each request.

    If it is a method of `ClientCredentials`, a token that the service refuses is discarded."""
    types: Collection[str] = ()
    """Only events of these types; of all if it is empty."""
    interval: float = 1.0
    """Seconds between two requests while nothing happens."""
    require_https: bool = True
    http: "httpx2.AsyncClient | None" = None
    """A client to use instead of one for each request, for example with certificates of your own."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    def __post_init__(self) -> None:
        check_address("issuer", self.issuer, require_https=self.require_https)

    async def batches(self, cursor: str) -> AsyncIterator[Batch]:
        """Yield the events behind a cursor, and wait for more, without an end.

        Apply the events of a batch and store its cursor in one transaction: so each event is applied once.
        A batch may be empty: a reader of rare types stores from time to time how far it has read.

        Raises:
            CursorTooOld: Load the users again.
            EventsRefused: A permission is missing, or the request is not acceptable.
        """
        given, silent_for = cursor, 0.0
        while True:
            batch = await self._get("/v1/events", cursor, types=self.types, read=read_batch)
            cursor = batch.cursor
            if batch.events or batch.more or (silent_for >= MAX_SILENCE and cursor != given):
                yield batch
                given, silent_for = cursor, 0.0
            if not batch.more:
                await self.sleep(self.interval)
                silent_for += self.interval

    async def now(self) -> str:
        """Return the cursor of now: the events behind it have not happened yet.

        Raises:
            EventsRefused: A permission is missing.
        """
        return (await self._get("/v1/events", None, read=read_batch)).cursor

    async def users(self) -> AsyncIterator[UserPage]:
        """Yield all users, in pages. Then read the events behind `events_after`, the same on each page.

        Raises:
            EventsRefused: A permission is missing.
        """
        cursor = None
        while True:
            page = await self._get("/v1/users", cursor, read=read_users)
            yield page
            cursor = page.cursor
            if cursor is None:
                return

    async def _get(
        self,
        path: str,
        cursor: str | None,
        *,
        read: Callable[[dict[str, Any]], Answer],
        types: Collection[str] = (),
    ) -> Answer:
        """Return an answer, as `read` parses it."""
        query = {"limit": str(LIMIT)}
        if cursor is not None:
            query["after"] = cursor
        if types:
            query["types"] = ",".join(types)
        failures = 0
        while True:
            try:
                return read(await self._ask(path, query))
            except (_FailedError, ValueError) as error:
                logger.log(logging.DEBUG if failures else logging.WARNING, "event feed: %s", error)
                pause = PAUSES[min(failures, len(PAUSES) - 1)] * random.uniform(0.5, 1)  # noqa: S311  only jitter
                failures += 1
                await self.sleep(max(pause, error.pause if isinstance(error, _FailedError) else 0.0))

    async def _ask(self, path: str, query: dict[str, str]) -> dict[str, Any]:
        import httpx2  # noqa: PLC0415  takes 0.1 s; only a program that reads waits for it

        token = self.token()
        text = await token if inspect.isawaitable(token) else token
        headers = {"Authorization": f"Bearer {text}", "Cache-Control": "no-store"}
        url = self.issuer.rstrip("/") + path
        try:
            async with asyncio.timeout(TIMEOUT):
                if self.http is not None:
                    response = await self.http.get(url, params=query, headers=headers, follow_redirects=False)
                else:
                    async with httpx2.AsyncClient() as http:
                        response = await http.get(url, params=query, headers=headers, timeout=TIMEOUT)
        except (httpx2.HTTPError, TimeoutError, OSError) as error:
            raise _FailedError(type(error).__name__) from None
        if response.status_code == _OK:
            return strict_object(response.content)
        if response.status_code == _UNAUTHORIZED:
            source = getattr(self.token, "__self__", None)  # the object whose method it is
            if isinstance(source, ClientCredentials):
                source.discard(text)
        raise _refusal(response)


def _refusal(response: "httpx2.Response") -> Exception:
    status = response.status_code
    if status == _GONE:
        return CursorTooOld("the cursor is too old: load the users again")
    if status in _RETRIED or status >= _SERVER_ERROR:
        asked = response.headers.get("Retry-After", "0")
        return _FailedError(f"status {status}", min(float(asked), MAX_PAUSE) if asked.isdecimal() else 0.0)
    return EventsRefused(f"status {status}")

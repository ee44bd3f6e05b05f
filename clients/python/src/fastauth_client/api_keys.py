"""Accept API keys themselves, of clients that do not exchange them for access tokens (RFC 7662)."""

import asyncio
from base64 import b64encode
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from fastauth_client.addresses import check_address
from fastauth_client.api_key_answers import caller_in, is_well_formed
from fastauth_client.caller import Caller
from fastauth_client.client_credentials import TIMEOUT, TokenRefused
from fastauth_client.clock import Clock, SystemClock
from fastauth_client.errors import InvalidToken, Unavailable
from fastauth_client.revocations import SecretText

if TYPE_CHECKING:
    from fastauth_client.verifier import Verifier

KEPT_SECONDS = 60.0
"""How long an answer is used. The revocation feed ends it earlier."""

MAX_KEPT = 10_000
"""Answers that are kept; the least recently used one goes first."""

CLOCK_SKEW = 30.0
"""Seconds by which the clocks of the two services may differ."""

_UNAUTHORIZED, _FORBIDDEN = 401, 403


class IntrospectionUnavailable(Unavailable):
    """The issuer cannot be asked about an API key now."""

    def __init__(self) -> None:
        super().__init__("The API key cannot be verified now")


@dataclass(frozen=True, slots=True)
class _Answer:
    caller: Caller | None
    """`None` if the key cannot be used."""
    asked_at: float
    """Seconds since 1970."""
    use_until: float
    """By the monotonic clock."""


class ApiKeys:
    """Verifies API keys by asking the issuer, at most once a minute for each key.

    A text that has not the form or the checksum of a key is refused without a request. With a verifier that
    follows the revocation feed, a revoked key, a disabled owner and a role that was taken end an answer at
    once; without one, after a minute.
    """

    def __init__(  # noqa: PLR0913  by name
        self,
        issuer: str,
        client_id: str,
        client_secret: SecretText | str,
        *,
        verifier: "Verifier | None" = None,
        introspection_url: str | None = None,
        require_https: bool = True,
        transport: Any = None,  # noqa: ANN401  a transport of httpx2, which is imported late
        clock: Clock | None = None,
    ) -> None:
        """Take the credentials of a client that has the permission `fastauth:tokens.introspect`.

        Args:
            issuer: The address of fastauth.
            client_id: The id of the client.
            client_secret: Its secret.
            verifier: One that follows the revocation feed.
            introspection_url: Where to ask; `/oauth/introspect` of the issuer if it is missing.
            require_https: Whether `http://` is refused except on this machine.
            transport: An asynchronous transport of httpx2, such as one with certificates of your own.
            clock: What tells the time, for tests.
        """
        self._url = introspection_url or f"{issuer.rstrip('/')}/oauth/introspect"
        check_address("introspection_url", self._url, require_https=require_https)
        self._client_id = client_id
        self._secret = client_secret
        self._verifier = verifier
        self._transport = transport
        self._clock = clock or SystemClock()
        self._answers: OrderedDict[bytes, _Answer] = OrderedDict()
        self._flights: dict[bytes, asyncio.Task[_Answer]] = {}

    def __repr__(self) -> str:
        return f"ApiKeys({self._url!r}, {self._client_id!r})"

    async def caller(self, key: str) -> Caller:
        """Return the owner of a key, with the permissions that the key gives.

        Concurrent calls share a request. Its `session` is `key:` and the id of the key.

        Raises:
            InvalidToken: It is no key that can be used.
            IntrospectionUnavailable: The issuer cannot be asked.
            TokenRefused: The issuer refuses the client, or it lacks the permission.
        """
        if not is_well_formed(key):
            raise InvalidToken("The API key is invalid")
        digest = sha256(key.encode()).digest()
        answer = self._kept(digest)
        if answer is None:
            flight = self._flights.get(digest)
            if flight is None or flight.get_loop() is not asyncio.get_running_loop():
                flight = self._flights[digest] = asyncio.create_task(self._ask(key))
                flight.add_done_callback(lambda done: self._landed(digest, done))
            answer = await asyncio.shield(flight)
        if answer.caller is None:
            raise InvalidToken("The API key is invalid")
        return answer.caller

    def _kept(self, digest: bytes) -> _Answer | None:
        answer = self._answers.get(digest)
        if answer is None:
            return None
        caller = answer.caller
        if (
            self._clock.monotonic() >= answer.use_until
            or (caller and self._clock.time() >= caller.expires_at.timestamp())
            or (caller and self._verifier and self._verifier.has_ended(caller, answer.asked_at - CLOCK_SKEW))
        ):
            del self._answers[digest]
            return None
        self._answers.move_to_end(digest)
        return answer

    def _landed(self, digest: bytes, flight: "asyncio.Task[_Answer]") -> None:
        if self._flights.get(digest) is flight:
            del self._flights[digest]
        if flight.cancelled() or flight.exception():
            return
        self._answers[digest] = flight.result()
        if len(self._answers) > MAX_KEPT:
            self._answers.popitem(last=False)

    async def _ask(self, key: str) -> _Answer:
        import httpx2  # noqa: PLC0415  takes 0.1 s; only a program that asks waits for it

        asked_at, use_until = self._clock.time(), self._clock.monotonic() + KEPT_SECONDS
        try:
            async with (
                asyncio.timeout(TIMEOUT),
                httpx2.AsyncClient(transport=self._transport, timeout=TIMEOUT) as http,
            ):
                response = await http.post(self._url, data={"token": key}, headers=self._headers())
            if response.status_code in {_UNAUTHORIZED, _FORBIDDEN}:
                raise TokenRefused(f"status {response.status_code}")
            return _Answer(caller_in(response.status_code, response.content), asked_at, use_until)
        except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError, OSError, ValueError):
            raise IntrospectionUnavailable from None

    def _headers(self) -> dict[str, str]:
        secret = self._secret if isinstance(self._secret, str) else self._secret.get_secret_value()
        encoded = f"{quote_plus(self._client_id)}:{quote_plus(secret)}"  # RFC 6749, section 2.3.1
        return {"Authorization": f"Basic {b64encode(encoded.encode()).decode()}"}

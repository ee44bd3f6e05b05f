"""Accept API keys themselves, of clients that do not exchange them for access tokens (RFC 7662)."""

import asyncio
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from fastauth_client.api_key_answers import caller_in, is_well_formed
from fastauth_client.caller import Caller
from fastauth_client.client_credentials import TIMEOUT, TokenRefused
from fastauth_client.client_endpoint import ClientEndpoint
from fastauth_client.clock import Clock, SystemClock
from fastauth_client.errors import InvalidToken, Unavailable
from fastauth_client.kept_answers import Answer, KeptAnswers
from fastauth_client.revocations import SecretText

if TYPE_CHECKING:
    from fastauth_client.verifier import Verifier

KEPT_SECONDS = 60.0
"""How long an answer is used. The revocation feed ends it earlier."""

_UNAUTHORIZED, _FORBIDDEN = 401, 403


class IntrospectionUnavailable(Unavailable):
    """The issuer cannot be asked about an API key now."""

    def __init__(self) -> None:
        super().__init__("The API key cannot be verified now")


class ApiKeys:
    """Verifies API keys by asking the issuer, at most once a minute for each key.

    A text without the form or the checksum of a key is refused without a request. With a verifier that
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
            clock: Returns the time, for tests.
        """
        self._endpoint = ClientEndpoint(
            introspection_url or f"{issuer.rstrip('/')}/oauth/introspect",
            named="introspection_url",
            client_id=client_id,
            client_secret=client_secret,
            require_https=require_https,
        )
        self._transport = transport
        self._clock = clock or SystemClock()
        self._answers = KeptAnswers(clock=self._clock, verifier=verifier)
        self._flights: dict[bytes, asyncio.Task[Answer]] = {}

    def __repr__(self) -> str:
        return f"ApiKeys({self._endpoint!r})"

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
        answer = self._answers.get(digest)
        if answer is None:
            flight = self._flights.get(digest)
            if flight is None or flight.get_loop() is not asyncio.get_running_loop():
                flight = self._flights[digest] = asyncio.create_task(self._ask(key))
                flight.add_done_callback(lambda done: self._landed(digest, done))
            answer = await asyncio.shield(flight)
        if answer.caller is None:
            raise InvalidToken("The API key is invalid")
        return answer.caller

    def _landed(self, digest: bytes, flight: "asyncio.Task[Answer]") -> None:
        if self._flights.get(digest) is flight:
            del self._flights[digest]
        if flight.cancelled() or flight.exception():
            return
        self._answers.add(digest, flight.result())

    async def _ask(self, key: str) -> Answer:
        import httpx2  # noqa: PLC0415  takes 0.1 s; only a program that sends requests waits for it

        asked_at, use_until = self._clock.time(), self._clock.monotonic() + KEPT_SECONDS
        try:
            async with (
                asyncio.timeout(TIMEOUT),
                httpx2.AsyncClient(transport=self._transport, timeout=TIMEOUT) as http,
            ):
                response = await http.post(
                    self._endpoint.url, data={"token": key}, headers=self._endpoint.headers()
                )
            if response.status_code in {_UNAUTHORIZED, _FORBIDDEN}:
                raise TokenRefused(f"status {response.status_code}")
            return Answer(caller_in(response.status_code, response.content), asked_at, use_until)
        except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError, OSError, ValueError):
            raise IntrospectionUnavailable from None

"""Get access tokens for a service itself (RFC 6749, section 4.4)."""

import asyncio
import threading
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from fastauth_client.client_endpoint import ClientEndpoint
from fastauth_client.clock import Clock, SystemClock
from fastauth_client.revocations import SecretText
from fastauth_client.strict_json import strict_object

if TYPE_CHECKING:
    import httpx2

TIMEOUT = 5.0
"""Seconds after which a request is given up."""

MAX_ANSWER = 65_536
"""Bytes; a token has 4 096 at most."""

RENEW_AT = 0.8
"""The part of the life of a token after which another one is got."""

_OK, _CLIENT_ERROR, _SERVER_ERROR, _TOO_MANY_REQUESTS = 200, 400, 500, 429


class TokenRefused(Exception):
    """The issuer refuses the client, or what it requests, and would refuse it again."""


class TokenUnavailable(Exception):
    """There is no token now. A later call may get one."""


class ClientCredentials:
    """An id and a secret, and the access token for them.

    A token is got when it is first needed, and again after four fifths of its life. While the issuer
    cannot be reached, it is used until it has expired. Any thread and any event loop may ask for it.
    """

    def __init__(  # noqa: PLR0913  by name
        self,
        issuer: str,
        client_id: str,
        client_secret: SecretText | str,
        *,
        scope: Collection[str] = (),
        audience: str | None = None,
        token_url: str | None = None,
        require_https: bool = True,
        transport: Any = None,  # noqa: ANN401  see below
        clock: Clock | None = None,
    ) -> None:
        """Take the credentials that `fastauth clients create` has printed.

        Args:
            issuer: The address of fastauth.
            client_id: The id of the client.
            client_secret: Its secret.
            scope: The permissions that are needed; all that the client has if it is empty.
            audience: Of the service that the tokens are for; the usual one if it is missing.
            token_url: Where tokens are got; `/oauth/token` of the issuer if it is missing.
            require_https: Whether `http://` is refused except on this machine.
            transport: A transport of httpx2, such as one with certificates of your own. `token` needs an
                asynchronous one, `token_sync` a synchronous one.
            clock: Returns the time, for tests.
        """
        self._endpoint = ClientEndpoint(
            token_url or f"{issuer.rstrip('/')}/oauth/token",
            named="token_url",
            client_id=client_id,
            client_secret=client_secret,
            require_https=require_https,
        )
        self._form = {"grant_type": "client_credentials"}
        if scope:
            self._form["scope"] = " ".join(scope)
        if audience:
            self._form["audience"] = audience
        self._transport = transport
        self._clock = clock or SystemClock()
        self._token, self._renew_at, self._expires_at = "", float("-inf"), float("-inf")
        self._flight: asyncio.Task[str] | None = None
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"ClientCredentials({self._endpoint!r})"

    async def token(self) -> str:
        """Return an access token. Concurrent calls share one request.

        Raises:
            TokenRefused: The client may not have it.
            TokenUnavailable: The issuer cannot be reached, and the last token has expired.
        """
        if self._is_fresh():
            return self._token
        flight = self._flight
        if flight is None or flight.done() or flight.get_loop() is not asyncio.get_running_loop():
            flight = self._flight = asyncio.create_task(self._renew())
            flight.add_done_callback(_look_at)
        return await asyncio.shield(flight)

    def token_sync(self) -> str:
        """Return an access token, without an event loop. Concurrent calls share one request.

        Raises:
            TokenRefused: The client may not have it.
            TokenUnavailable: The issuer cannot be reached, and the last token has expired.
        """
        with self._lock:
            return self._token if self._is_fresh() else self._renew_sync()

    def discard(self, token: str) -> None:
        """Get another token at the next call, if this one is still in use: a service has refused it (401)."""
        if token == self._token:
            self._renew_at = self._expires_at = float("-inf")

    async def _renew(self) -> str:
        import httpx2  # noqa: PLC0415  takes 0.1 s; only a program that needs a token waits for it

        sent_at = self._clock.monotonic()
        try:
            async with (
                asyncio.timeout(TIMEOUT),
                httpx2.AsyncClient(transport=self._transport, timeout=TIMEOUT) as http,
            ):
                response = await http.post(
                    self._endpoint.url, data=self._form, headers=self._endpoint.headers()
                )
        except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError, OSError) as error:
            return self._last_token(type(error).__name__)
        return self._store(response, sent_at)

    def _renew_sync(self) -> str:
        import httpx2  # noqa: PLC0415  as above

        sent_at = self._clock.monotonic()
        try:
            with httpx2.Client(transport=self._transport, timeout=TIMEOUT) as http:
                response = http.post(self._endpoint.url, data=self._form, headers=self._endpoint.headers())
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            return self._last_token(type(error).__name__)
        return self._store(response, sent_at)

    def _is_fresh(self) -> bool:
        return self._clock.monotonic() < self._renew_at

    def _store(self, response: "httpx2.Response", sent_at: float) -> str:
        status = response.status_code
        if status == _OK:
            try:
                token, seconds = _read(response.content)
            except ValueError:
                return self._last_token("malformed answer")
            self._token = token
            self._renew_at, self._expires_at = sent_at + RENEW_AT * seconds, sent_at + seconds
            return token
        if _CLIENT_ERROR <= status < _SERVER_ERROR and status != _TOO_MANY_REQUESTS:
            self._expires_at = float("-inf")
            raise TokenRefused(_error_of(response.content) or f"status {status}")
        return self._last_token(f"status {status}")

    def _last_token(self, reason: str) -> str:
        if self._clock.monotonic() < self._expires_at:
            return self._token
        raise TokenUnavailable(reason)


def _look_at(flight: "asyncio.Task[str]") -> None:
    """Retrieve the outcome, since no caller may wait for it any more: asyncio warns of unretrieved errors."""
    if not flight.cancelled():
        flight.exception()


def _read(content: bytes) -> tuple[str, int]:
    """Return the token and its life in seconds.

    Raises:
        ValueError: It is no answer with a bearer token.
    """
    if len(content) > MAX_ANSWER:
        raise ValueError
    answer = strict_object(content)
    token, kind, seconds = (answer.get(name) for name in ("access_token", "token_type", "expires_in"))
    if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable():
        raise ValueError
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise ValueError
    if not isinstance(seconds, int) or isinstance(seconds, bool) or seconds <= 0:
        raise ValueError
    return token, seconds


def _error_of(content: bytes) -> str:
    """Return the code of an OAuth error; empty if it has none."""
    try:
        error = strict_object(content[:MAX_ANSWER]).get("error")
    except ValueError:
        return ""
    return error if isinstance(error, str) and error.isascii() and error.isprintable() else ""

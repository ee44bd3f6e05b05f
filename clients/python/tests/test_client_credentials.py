"""Access tokens for a service itself."""

import asyncio
from base64 import b64decode
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import httpx2
import pytest
from clients.python.tests.fakes import FakeClock

from fastauth_client.client_credentials import ClientCredentials, TokenRefused, TokenUnavailable

ISSUER = "https://auth.example.com"
ID, SECRET = "fa_c_test", "fa_cs_a secret+of:the tests"
Answer = httpx2.Response | Exception


def granted(token: str = "token1", **changes: Any) -> httpx2.Response:  # noqa: ANN401, S107  members of an answer
    return httpx2.Response(
        200, json={"access_token": token, "token_type": "Bearer", "expires_in": 300} | changes
    )


class Service:
    """Answers with the next of the given responses, or raises it."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.requests: list[httpx2.Request] = []
        self.clock = FakeClock()

    def credentials(self, **options: Any) -> ClientCredentials:  # noqa: ANN401  those of the class
        transport = httpx2.MockTransport(self._answer)
        return ClientCredentials(ISSUER, ID, SECRET, transport=transport, clock=self.clock, **options)

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


Get = Callable[[ClientCredentials], Any]


async def by_async(credentials: ClientCredentials) -> str:
    return await credentials.token()


async def by_sync(credentials: ClientCredentials) -> str:
    return credentials.token_sync()


@pytest.fixture(params=[by_async, by_sync])
def get(request: pytest.FixtureRequest) -> Get:
    return request.param  # type: ignore[no-any-return]  # one of the two above


class TestRequest:
    async def test_is_a_grant_of_client_credentials(self, get: Get) -> None:
        service = Service(granted())
        credentials = service.credentials(scope=["a:read", "b:read"], audience="https://orders.example")
        assert await get(credentials) == "token1"
        (request,) = service.requests
        assert (request.method, str(request.url)) == ("POST", f"{ISSUER}/oauth/token")
        scheme, _, encoded = request.headers["Authorization"].partition(" ")
        assert scheme == "Basic"
        assert b64decode(encoded) == b"fa_c_test:fa_cs_a+secret%2Bof%3Athe+tests"  # RFC 6749, section 2.3.1
        assert parse_qs(request.content.decode()) == {
            "grant_type": ["client_credentials"],
            "scope": ["a:read b:read"],
            "audience": ["https://orders.example"],
        }

    def test_address_is_https(self) -> None:
        with pytest.raises(ValueError, match="token_url: must begin with https"):
            ClientCredentials("http://auth.example.com", ID, SECRET)

    def test_secret_is_not_shown(self) -> None:
        assert SECRET not in repr(ClientCredentials(ISSUER, ID, SECRET))


class TestCache:
    async def test_token_is_used_for_four_fifths_of_its_life(self, get: Get) -> None:
        service = Service(granted("token1"), granted("token2"))
        credentials = service.credentials()
        for seconds, token in ((0, "token1"), (239, "token1"), (1, "token2"), (1, "token2")):
            service.clock.now += seconds
            assert await get(credentials) == token
        assert len(service.requests) == 2

    async def test_concurrent_calls_share_one_request(self) -> None:
        service = Service(granted())
        credentials = service.credentials()
        assert await asyncio.gather(*(credentials.token() for _ in range(20))) == ["token1"] * 20
        assert len(service.requests) == 1

    async def test_cancelled_call_leaves_the_request_to_the_others(self) -> None:
        service = Service(granted())
        credentials = service.credentials()
        first, second = (asyncio.create_task(credentials.token()) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        assert await second == "token1"
        assert len(service.requests) == 1

    async def test_discarded_token_is_replaced(self, get: Get) -> None:
        """A token that another call has replaced meanwhile stays replaced by that one."""
        service = Service(granted("token1"), granted("token2"))
        credentials = service.credentials()
        await get(credentials)
        for _ in range(2):
            credentials.discard("token1")
            assert await get(credentials) == "token2"

    def test_is_used_in_one_event_loop_after_another(self) -> None:
        service = Service(granted())
        credentials = service.credentials()
        assert asyncio.run(credentials.token()) == asyncio.run(credentials.token()) == "token1"


class TestFailures:
    async def test_valid_token_is_used_while_the_issuer_is_away(self, get: Get) -> None:
        service = Service(granted(), httpx2.ConnectError("down"), httpx2.Response(503), granted("token2"))
        credentials = service.credentials()
        assert await get(credentials) == "token1"
        for seconds in (240, 59):
            service.clock.now += seconds
            assert await get(credentials) == "token1"
        service.clock.now += 1
        assert await get(credentials) == "token2"

    async def test_refusals_and_failures(self, get: Get) -> None:
        error = {"error": "invalid_client", "error_description": "..."}
        rows: list[tuple[Answer, type[Exception], str]] = [
            (httpx2.Response(401, json=error), TokenRefused, "invalid_client"),
            (httpx2.Response(400, json=error | {"error": "invalid_scope"}), TokenRefused, "invalid_scope"),
            (httpx2.Response(404, text="?"), TokenRefused, "status 404"),
            (httpx2.Response(429, json=error), TokenUnavailable, "status 429"),
            (httpx2.Response(500), TokenUnavailable, "status 500"),
            (httpx2.Response(302, headers={"Location": "/x"}), TokenUnavailable, "status 302"),
            (httpx2.ConnectError(f"no route to {SECRET}"), TokenUnavailable, "ConnectError"),
            (httpx2.Response(200, text="x" * 70_000), TokenUnavailable, "malformed"),
            (granted(token_type="mac"), TokenUnavailable, "malformed"),
            (granted(expires_in="300"), TokenUnavailable, "malformed"),
            (granted(access_token="a\nb"), TokenUnavailable, "malformed"),
        ]
        for answer, kind, message in rows:
            with pytest.raises(kind, match=message) as caught:
                await get(Service(answer).credentials())
            assert SECRET not in str(caught.value)

    async def test_refused_client_has_no_token_left(self, get: Get) -> None:
        """A client that was disabled does not go on with its last token."""
        service = Service(granted(), httpx2.Response(401, json={"error": "invalid_client"}))
        credentials = service.credentials()
        await get(credentials)
        service.clock.now += 240
        with pytest.raises(TokenRefused):
            await get(credentials)

"""An issuer and its feed without a network, and a clock that is set by hand."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx2

from fastauth_client import Verifier
from fastauth_client.testing import TestIssuer

CLIENT_SECRET = "fa_cs_of_the_tests"
Act = Callable[[], None]


class FakeClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = time.time()

    def time(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.now


class CountingMetrics:
    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()

    def count(self, subject: str, outcome: str) -> None:
        self.counts[subject, outcome] += 1


class FakeIssuerServer:
    """Answers the requests of a verifier as the service would, and counts them."""

    def __init__(self) -> None:
        self.issuer = TestIssuer()
        self.jwks: Any = self.issuer.jwks
        self.status = 200
        self.headers = {"Cache-Control": "public, max-age=300"}
        self.fetches = 0
        self.before_answer: Act = lambda: None
        self.feed_answers: list[Any] = []
        """The next answers: the members of one, a `Response`, or an exception. Then there is no news."""
        self.feed_requests: list[httpx2.Request] = []

    def client(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(transport=httpx2.MockTransport(self._answer))

    def publish(self, *issuers: TestIssuer) -> None:
        self.jwks = {"keys": [key for each in issuers for key in each.jwks["keys"]]}

    async def _answer(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path == "/v1/revocations":
            return await self._answer_feed(request)
        self.fetches += 1
        await asyncio.sleep(0)  # lets others come to wait for this fetch
        self.before_answer()
        return httpx2.Response(self.status, json=self.jwks, headers=self.headers)

    async def _answer_feed(self, request: httpx2.Request) -> httpx2.Response:
        self.feed_requests.append(request)
        if not self.feed_answers and float(request.url.params.get("wait", 0)):
            await asyncio.Event().wait()
        answer = self.feed_answers.pop(0) if self.feed_answers else {}
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx2.Response):
            return answer
        defaults = {"revocations": [], "after": "c1", "more": False, "waited": 0.0}
        self.before_answer()
        return httpx2.Response(200, json={"nonce": request.url.params["nonce"], **defaults, **answer})


def revocation(kind: str, value: str, at: float, *, life: float = 360) -> dict[str, Any]:
    return {"kind": kind, "value": value, "at": at, "until": at + life}


def verifier_of(server: FakeIssuerServer, clock: FakeClock, http: httpx2.AsyncClient) -> Verifier:
    return Verifier(server.issuer.issuer, audience=server.issuer.audience, http=http, clock=clock)

"""Receivers that fail, redirect, send wrong lengths and stop, over real connections."""

import asyncio

from tests.fakes import FakeClock, FakeSecretBox
from tests.harness.raw_server import RawServer, raw_server, replying

from fastauth.adapters.outbound.http import OutboundHttpClient
from fastauth.adapters.standard_webhooks import StandardWebhookSigner
from fastauth.application.webhooks.sender import WebhookSender
from fastauth.domain.outbound.ports import OutboundHttp, OutboundRequest, OutboundResponse
from fastauth.domain.outbound.target import NamedHosts
from fastauth.domain.webhooks.delivery import Attempt, WebhookMessage
from fastauth.domain.webhooks.secret import SECRET_PURPOSE, new_secret
from fastauth.domain.webhooks.webhook import Webhook, new_id
from fastauth_client.webhooks import verify

CLOCK, SECRET = FakeClock(), new_secret()


class Impatient:
    """Waits a moment for a receiver that never answers, and longer than a test runs for the others."""

    def __init__(self, inner: OutboundHttp, *, timeout_seconds: float) -> None:
        self.inner = inner
        self.timeout_seconds = timeout_seconds

    async def send(self, request: OutboundRequest) -> OutboundResponse:
        return await self.inner.send(
            OutboundRequest(
                method=request.method,
                url=request.url,
                headers=request.headers,
                body=request.body,
                timeout_seconds=self.timeout_seconds,
            )
        )


class VerifierClock:
    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock

    def time(self) -> float:
        return self.clock.now().timestamp()

    def monotonic(self) -> float:
        return self.time()


async def silent(_: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def accepted_then_silent(writer: asyncio.StreamWriter) -> None:
    """The status is there; the body never comes."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    await silent(writer)


NEVER_ENDS = (silent, accepted_then_silent)
LONGER_EACH_TIME = (0.3, 3, 30)
"""Seconds. A busy machine needs the second wait, or the third, to send the request and read the head."""

RECEIVERS = (
    (replying(b"HTTP/1.1 204 No Content\r\n\r\n"), 204, None),
    (accepted_then_silent, 200, None),
    (replying(b"HTTP/1.1 503 Busy\r\nRetry-After: 1\r\n\r\n"), 503, "the receiver answered with status 503"),
    (
        replying(b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\n\r\n"),
        302,
        "the receiver answered with status 302",
    ),
    (
        replying(b"HTTP/1.1 999 <script>\r\n\r\n"),
        999,
        "the receiver answered with status 999",
    ),
    (
        replying(b"200 OK, believe me"),
        None,
        "the response is not HTTP, or the connection ended before it",
    ),
    (silent, None, "no response in time"),
)


async def test_what_becomes_of_a_message() -> None:
    for answer, status, error in RECEIVERS:
        async with raw_server(answer) as server:
            for seconds in LONGER_EACH_TIME if answer in NEVER_ENDS else (60,):
                server.requests.clear()
                attempt = await _send_to(server, timeout_seconds=seconds)
                if server.requests and attempt.status == status:
                    break
            assert (attempt.status, attempt.error) == (status, error or "")
            assert attempt.is_delivered is (error is None)

            head, _, body = server.requests[0].partition(b"\r\n\r\n")
            headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
            message = verify(body, headers, SECRET, clock=VerifierClock(CLOCK))
            assert (message.id, message.type) == ("test_1", "webhook.test")


async def _send_to(server: RawServer, *, timeout_seconds: float) -> Attempt:
    box, origin = FakeSecretBox(), f"http://127.0.0.1:{server.port}"
    http = Impatient(
        OutboundHttpClient(named_hosts=NamedHosts.parse(origin)), timeout_seconds=timeout_seconds
    )
    send = WebhookSender(http=http, signer=StandardWebhookSigner(), secret_box=box, clock=CLOCK)
    webhook = Webhook(
        id=new_id(),
        url=f"{origin}/hook",
        types=None,
        secret=box.seal(SECRET, purpose=SECRET_PURPOSE),
        created_at=CLOCK.now(),
        cursor=0,
        due_at=CLOCK.now(),
    )
    return await send(webhook, WebhookMessage.test("test_1", at=CLOCK.now()))

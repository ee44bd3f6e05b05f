"""Requests that leave the service, against servers that resolve, redirect, drip and flood."""

import asyncio
import gzip
from collections.abc import Sequence
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext, create_default_context
from unittest.mock import Mock

import pytest
from httpcore2 import AsyncNetworkStream
from tests.harness.certificates import self_signed
from tests.harness.raw_server import Answer, raw_server, replying

from fastauth.adapters.outbound import http
from fastauth.adapters.outbound.bounded_stream import PIECE_BYTES, BoundedStream
from fastauth.adapters.outbound.http import OutboundHttpClient
from fastauth.domain.outbound.address import IpAddress
from fastauth.domain.outbound.errors import OutboundFailed, OutboundFailure
from fastauth.domain.outbound.ports import OutboundRequest, OutboundResponse
from fastauth.domain.outbound.target import NamedHosts

NO_CONTENT = replying(b"HTTP/1.1 204 No Content\r\n\r\n")


class Names:
    """A resolver with one answer after the other; the last one stays."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = [tuple(map(ip_address, answer)) for answer in answers]
        self.asked = 0

    async def __call__(self, host: str, port: int) -> Sequence[IpAddress]:
        self.asked += 1
        return self.answers[min(self.asked, len(self.answers)) - 1]


def a_client(*named: str, names: Names | None = None, tls: SSLContext | None = None) -> OutboundHttpClient:
    return OutboundHttpClient(
        named_hosts=NamedHosts.parse(*named), resolve=names or Names(["127.0.0.1"]), tls=tls
    )


def a_get(url: str) -> OutboundRequest:
    return OutboundRequest(method="GET", url=url, timeout_seconds=10)


async def failure_of(client: OutboundHttpClient, request: OutboundRequest) -> OutboundFailure:
    with pytest.raises(OutboundFailed) as failed:
        await client.send(request)
    return failed.value.failure


async def send_to(port: int, **options: float) -> OutboundResponse:
    origin = f"http://receiver.test:{port}"
    request = replace(a_get(f"{origin}/"), **options)  # type: ignore[arg-type]  # one is an int
    return await a_client(origin).send(request)


class TestSend:
    async def test_request_as_it_arrives(self) -> None:
        async with raw_server(NO_CONTENT) as server:
            origin = f"http://receiver.test:{server.port}"
            response = await a_client(origin).send(
                OutboundRequest(
                    method="POST",
                    url=f"{origin}/hook?a=%20",
                    headers={"X-A": "1"},
                    body=b'{"a": 1}',
                    timeout_seconds=10,
                )
            )

        assert response.status == 204
        head, body = server.requests[0].split(b"\r\n\r\n")
        assert head.split(b"\r\n") == [
            b"POST /hook?a=%20 HTTP/1.1",
            f"Host: receiver.test:{server.port}".encode(),
            b"User-Agent: fastauth",
            b"Accept-Encoding: identity",
            b"Connection: close",
            b"X-A: 1",
            b"Content-Length: 8",
        ]
        assert body == b'{"a": 1}'

    async def test_no_proxy_of_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        async with raw_server(NO_CONTENT) as proxy, raw_server(NO_CONTENT) as server:
            for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
                monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
            await send_to(server.port)

        assert (len(server.requests), len(proxy.requests)) == (1, 0)

    async def test_redirect_is_not_followed(self) -> None:
        """R48 (CWE-918): to an address that was not checked."""
        async with raw_server(NO_CONTENT) as inside:
            location = f"Location: http://127.0.0.1:{inside.port}/\r\nContent-Length: 0\r\n\r\n"
            for status in (301, 302, 303, 307, 308):
                answer = replying(f"HTTP/1.1 {status} Moved\r\n{location}".encode())
                async with raw_server(answer) as server:
                    assert (await send_to(server.port)).status == status

        assert inside.requests == []

    async def test_no_certificate_is_read_for_plain_http(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The authorities of the system take 20 ms to read, and the event loop waits."""
        read = Mock()
        monkeypatch.setattr(http, "create_default_context", read)
        async with raw_server(NO_CONTENT) as server:
            assert (await send_to(server.port)).status == 204
        assert read.mock_calls == []

    async def test_certificate_is_checked_for_the_name_of_the_url(self, tmp_path: Path) -> None:
        certificate, key = self_signed(tmp_path, name="receiver.test")
        serving = SSLContext(PROTOCOL_TLS_SERVER)
        serving.load_cert_chain(certificate, key)
        trusting = create_default_context(cafile=certificate)
        async with raw_server(NO_CONTENT, tls=serving) as server:
            for host, tls, expected in (
                ("receiver.test", trusting, None),
                ("other.test", trusting, OutboundFailure.TLS_FAILED),
                ("receiver.test", None, OutboundFailure.TLS_FAILED),
            ):
                origin = f"https://{host}:{server.port}"
                client, request = a_client(origin, tls=tls), a_get(origin)
                if expected:
                    assert await failure_of(client, request) is expected, host
                else:
                    assert (await client.send(request)).status == 204


class TestAddresses:
    async def test_every_address_must_be_public(self) -> None:
        """R48 (GHSA-5rr4-8452-hf4v; CWE-918): also of a host with public ones beside it."""
        for answer in (
            ["10.0.0.1"],
            ["8.8.8.8", "127.0.0.1"],
            ["2606:4700::1", "::ffff:10.0.0.1"],
            ["169.254.169.254"],
            ["64:ff9b::7f00:1"],
        ):
            names = Names(answer)
            client = a_client(names=names)
            request = a_get("https://receiver.example/")

            assert await failure_of(client, request) is OutboundFailure.NOT_PUBLIC, answer
            assert names.asked == 1

    async def test_a_name_of_a_private_host_does_not_open_its_link_local_address(self) -> None:
        client = a_client("http://inside:8080", names=Names(["169.254.169.254"]))
        request = a_get("http://inside:8080/")

        assert await failure_of(client, request) is OutboundFailure.NOT_PUBLIC

    async def test_name_is_resolved_once_and_that_address_is_connected_to(self) -> None:
        """R48 (CWE-350, CWE-918): a name is never resolved a second time (DNS rebinding)."""
        async with raw_server(NO_CONTENT) as server:
            origin = f"http://receiver.test:{server.port}"
            names = Names(["127.0.0.1"], ["169.254.169.254"])
            client = a_client(origin, names=names)
            assert (await client.send(a_get(origin))).status == 204
            assert names.asked == 1

            failure = await failure_of(client, a_get(origin))
            assert failure is OutboundFailure.NOT_PUBLIC

    async def test_next_address_if_one_does_not_answer(self) -> None:
        async with raw_server(NO_CONTENT) as server:
            origin = f"http://receiver.test:{server.port}"
            client = a_client(origin, names=Names(["127.0.0.2", "127.0.0.1"]))
            assert (await client.send(a_get(origin))).status == 204

    async def test_no_address_or_a_hundred(self) -> None:
        request = a_get("https://receiver.example/")
        for answer in ([], [f"8.8.8.{n}" for n in range(100)]):
            assert await failure_of(a_client(names=Names(answer)), request) is OutboundFailure.NOT_RESOLVED

    async def test_address_in_the_url_needs_no_resolver(self) -> None:
        names = Names([])
        async with raw_server(NO_CONTENT) as server:
            origin = f"http://127.0.0.1:{server.port}"
            request = a_get(origin)
            assert (await a_client(origin, names=names).send(request)).status == 204
            assert await failure_of(a_client(names=names), request) is OutboundFailure.NOT_ALLOWED

        assert names.asked == 0


class TestResponses:
    async def test_what_is_no_response(self) -> None:
        for answer in (
            b"",
            b"SSH-2.0-OpenSSH_9.2\r\n",
            b"HTTP/1.1 2OO OK\r\n\r\n",
            b"HTTP/1.1 204",
            b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        ):
            async with raw_server(replying(answer)) as server:
                with pytest.raises(OutboundFailed) as failed:
                    await send_to(server.port)
            assert failed.value.failure is OutboundFailure.NOT_HTTP, answer[:40]

    async def test_port_without_a_listener(self) -> None:
        async with raw_server(NO_CONTENT) as server:
            pass
        with pytest.raises(OutboundFailed) as failed:
            await send_to(server.port)
        assert failed.value.failure is OutboundFailure.NOT_CONNECTED

    async def test_time_ends_what_drips(self) -> None:
        async def drip_head(writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\n")
            await forever(writer, b"X-A: 1\r\n")

        async def drip_body(writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            await forever(writer, b"a")

        async def informational(writer: asyncio.StreamWriter) -> None:
            await forever(writer, b"HTTP/1.1 103 Early Hints\r\n\r\n")

        async def forever(writer: asyncio.StreamWriter, piece: bytes) -> None:
            while True:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0.01)

        async def silent(_: asyncio.StreamWriter) -> None:
            await asyncio.Event().wait()

        for answer in (drip_head, drip_body, informational, silent):
            async with raw_server(answer) as server:
                with pytest.raises(OutboundFailed) as failed:
                    await send_to(server.port, timeout_seconds=0.2, max_body_bytes=1_000_000)
            assert failed.value.failure is OutboundFailure.TIMED_OUT, answer.__name__

    async def test_large_body_ends_at_the_limit(self) -> None:
        sent = 0

        async def flood(writer: asyncio.StreamWriter) -> None:
            nonlocal sent
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n")
            while True:
                writer.write(b"a" * 65_536)
                sent += 65_536
                await writer.drain()

        async with raw_server(flood) as server:
            with pytest.raises(OutboundFailed) as failed:
                await send_to(server.port, max_body_bytes=5_120)
            assert failed.value.failure is OutboundFailure.TOO_LARGE

            assert (await send_to(server.port)).body == b""  # not read at all
        assert sent < 64 * 1_048_576  # what sockets buffer, and no gigabyte

    async def test_large_head_ends_at_the_limit(self) -> None:
        """Of interim responses without end each one is parsed, which takes time from all requests."""

        def flood(first: bytes, then: bytes) -> Answer:
            async def answer(writer: asyncio.StreamWriter) -> None:
                writer.write(first)
                while True:
                    writer.write(then * 1_000)
                    await writer.drain()

            return answer

        status = b"HTTP/1.1 200 OK\r\n"
        for first, then in ((b"", b"HTTP/1.1 103 E\r\n\r\n"), (status, b"A: b\r\n"), (status + b"A: ", b"b")):
            async with raw_server(flood(first, then)) as server:
                with pytest.raises(OutboundFailed) as failed:
                    await send_to(server.port)
            assert failed.value.failure is OutboundFailure.TOO_LARGE, then

    async def test_is_read_in_small_pieces(self) -> None:
        """Also behind TLS: between two pieces other requests are served."""

        class Flood(AsyncNetworkStream):
            async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109  the library's
                return bytes(max_bytes)

            async def start_tls(self, *_: object) -> AsyncNetworkStream:
                return self

        stream = BoundedStream(Flood(), max_bytes=3 * PIECE_BYTES)
        assert len(await stream.read(65_536)) == PIECE_BYTES
        encrypted = await stream.start_tls(create_default_context())
        assert [len(await encrypted.read(65_536)) for _ in range(2)] == [PIECE_BYTES] * 2
        with pytest.raises(OutboundFailed):
            await encrypted.read(1)

    async def test_compressed_body_is_refused(self) -> None:
        bomb = gzip.compress(bytes(10_000_000))
        head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n".encode()
        async with raw_server(replying(head + bomb)) as server:
            with pytest.raises(OutboundFailed) as failed:
                await send_to(server.port, max_body_bytes=20_000)
        assert failed.value.failure is OutboundFailure.NOT_HTTP

    async def test_body_within_the_limit(self) -> None:
        answer = replying(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
        async with raw_server(answer) as server:
            response = await send_to(server.port, max_body_bytes=2)
        assert (response.status, response.content_type, response.body) == (200, "application/json", b"{}")

    async def test_repr_shows_no_header_and_no_body(self) -> None:
        request = OutboundRequest(
            method="POST",
            url="https://a.example/",
            headers={"A": "canary"},
            body=b"canary",
            timeout_seconds=10,
        )
        assert "canary" not in repr(request)
        assert "canary" not in repr(OutboundResponse(status=200, body=b"canary"))

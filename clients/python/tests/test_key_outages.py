"""The issuer that does not answer, or not with keys."""

import logging

import httpx2
import pytest
from clients.python.tests.fakes import CountingMetrics, FakeClock, FakeIssuerServer, verifier_of

from fastauth_client import InvalidToken, KeysUnavailable
from fastauth_client.key_cache import KeyCache
from fastauth_client.key_fetcher import KeyFetcher
from fastauth_client.key_set import CURVES


class TestOutage:
    async def test_last_keys_are_used_for_a_day(
        self, server: FakeIssuerServer, clock: FakeClock, http: httpx2.AsyncClient
    ) -> None:
        async with verifier_of(server, clock, http) as verifier:
            server.status = 503
            for hours, usable in [(23.9, True), (24, False)]:
                before = clock.now
                clock.now += hours * 3_600
                claims = server.issuer.claims(iat=int(clock.now), exp=int(clock.now) + 300)
                if usable:
                    await verifier.verify(server.issuer.sign(claims))
                    clock.now = before
                else:
                    with pytest.raises(KeysUnavailable):
                        await verifier.verify(server.issuer.sign(claims))

    async def test_failed_fetch_does_not_mark_a_kid_as_unknown(
        self, server: FakeIssuerServer, clock: FakeClock, http: httpx2.AsyncClient
    ) -> None:
        async with verifier_of(server, clock, http) as verifier:
            server.issuer.rotate()
            server.publish(server.issuer)
            server.status = 503
            clock.now += 10
            with pytest.raises(InvalidToken):
                await verifier.verify(server.issuer.token())
            server.status = 200
            clock.now += 10
            await verifier.verify(server.issuer.token())

    @pytest.mark.parametrize(
        "document",
        [
            [],
            {},
            {"keys": {}},
            {"keys": []},
            {"keys": [None, 1, {"kty": "RSA"}]},
            {"keys": [{"kid": "a"}] * 101},
        ],
    )
    async def test_malformed_answer_leaves_the_keys_as_they_are(
        self, server: FakeIssuerServer, clock: FakeClock, http: httpx2.AsyncClient, document: object
    ) -> None:
        metrics = CountingMetrics()
        cache = KeyCache(clock)
        fetcher = KeyFetcher("https://auth.example.com/keys", cache, algorithms=CURVES, metrics=metrics)
        await fetcher.fetch_for(http, server.issuer.kid)
        clock.now += 10
        server.jwks = document
        await fetcher.fetch_for(http, "unknown")
        assert cache.find(server.issuer.kid)
        assert metrics.counts == {("keys", "ok"): 1, ("keys", "failed"): 1}

    async def test_redirect_is_not_followed(
        self, server: FakeIssuerServer, clock: FakeClock, http: httpx2.AsyncClient
    ) -> None:
        server.status, server.headers = 302, {"Location": "https://evil.example/keys"}
        async with verifier_of(server, clock, http) as verifier:
            with pytest.raises(KeysUnavailable):
                await verifier.verify(server.issuer.token())
        assert server.fetches == 1


class TestLog:
    async def test_has_the_reason_why_keys_could_not_be_fetched(
        self,
        server: FakeIssuerServer,
        clock: FakeClock,
        http: httpx2.AsyncClient,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        server.status = 500
        with caplog.at_level(logging.WARNING, "fastauth_client"):
            async with verifier_of(server, clock, http):
                pass
        assert "status 500" in caplog.text

"""When the keys of the issuer are fetched."""

import asyncio
import logging
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import httpx2
import pytest
from clients.python.tests.fakes import CountingMetrics, FakeClock, FakeIssuerServer

from fastauth_client import InvalidToken, KeysUnavailable, Verifier
from fastauth_client.key_cache import MAX_UNKNOWN, KeyCache
from fastauth_client.key_fetcher import KeyFetcher
from fastauth_client.key_set import CURVES, read_key_set
from fastauth_client.metrics import NoMetrics
from fastauth_client.testing import TestIssuer


def verifier_of(server: FakeIssuerServer, clock: FakeClock, http: httpx2.AsyncClient) -> Verifier:
    return Verifier(server.issuer.issuer, audience=server.issuer.audience, http=http, clock=clock)


@pytest.fixture
async def http(server: FakeIssuerServer) -> AsyncIterator[httpx2.AsyncClient]:
    async with server.client() as client:
        yield client


class TestStart:
    async def test_fetches_the_keys_once(
        self, server: FakeIssuerServer, clock: FakeClock, http: httpx2.AsyncClient
    ) -> None:
        async with verifier_of(server, clock, http) as verifier:
            for _ in range(3):
                await verifier.verify(server.issuer.token())
        assert server.fetches == 1

    async def test_first_use_fetches_the_keys_as_well(
        self, server: FakeIssuerServer, clock: FakeClock, http: httpx2.AsyncClient
    ) -> None:
        verifier = verifier_of(server, clock, http)
        await asyncio.gather(*(verifier.verify(server.issuer.token()) for _ in range(20)))
        verifier.close()
        assert server.fetches == 1

    def test_threads_share_the_first_fetch(self, server: FakeIssuerServer, clock: FakeClock) -> None:
        verifier, token = verifier_of(server, clock, server.client()), server.issuer.token()
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda _: verifier.verify_sync(token), range(40)))
        verifier.close()
        assert server.fetches == 1

    async def test_without_the_issuer_says_that_keys_are_unavailable(
        self, server: FakeIssuerServer, clock: FakeClock, http: httpx2.AsyncClient
    ) -> None:
        server.status = 503
        async with verifier_of(server, clock, http) as verifier:
            for _ in range(3):
                with pytest.raises(KeysUnavailable):
                    await verifier.verify(server.issuer.token())
            assert server.fetches == 1
            server.status = 200
            clock.now += 10
            await verifier.verify(server.issuer.token())


class TestRotation:
    async def test_key_that_signs_before_it_was_seen_is_fetched(
        self, server: FakeIssuerServer, clock: FakeClock, http: httpx2.AsyncClient
    ) -> None:
        async with verifier_of(server, clock, http) as verifier:
            clock.now += 10
            server.issuer.rotate()
            server.publish(server.issuer)
            await verifier.verify(server.issuer.token())
        assert server.fetches == 2

    async def test_key_is_fetched_once_the_known_ones_are_older_than_max_age(
        self, server: FakeIssuerServer, clock: FakeClock, http: httpx2.AsyncClient
    ) -> None:
        """The issuer may sign with a key as soon as every copy of the set without it is too old."""
        server.headers = {"Cache-Control": "max-age=4"}
        async with verifier_of(server, clock, http) as verifier:
            server.issuer.rotate()
            server.publish(server.issuer)
            for seconds, fetches in [(3.5, 1), (0.5, 2)]:
                clock.now += seconds
                if fetches == 1:
                    with pytest.raises(InvalidToken):
                        await verifier.verify(server.issuer.token())
                else:
                    await verifier.verify(server.issuer.token())
                assert server.fetches == fetches

    async def test_withdrawn_key_is_forgotten(
        self, server: FakeIssuerServer, clock: FakeClock, http: httpx2.AsyncClient
    ) -> None:
        old = server.issuer.token()
        async with verifier_of(server, clock, http) as verifier:
            await verifier.verify(old)
            clock.now += 10
            server.issuer.rotate()
            server.publish(server.issuer)
            await verifier.verify(server.issuer.token())
            with pytest.raises(InvalidToken):
                await verifier.verify(old)


class TestFlood:
    async def test_of_random_kids_causes_one_fetch_in_ten_seconds(
        self, server: FakeIssuerServer, clock: FakeClock, http: httpx2.AsyncClient
    ) -> None:
        """16 tokens a second for half a minute, each with a kid of its own."""
        claims, fetched_at = server.issuer.claims(expires_in=3_600), []
        server.before_answer = lambda: fetched_at.append(clock.now)
        async with verifier_of(server, clock, http) as verifier:
            for number in range(16 * 30):
                token = server.issuer.sign(claims, server.issuer.header(kid=f"kid-{number}"))
                with pytest.raises(InvalidToken):
                    await verifier.verify(token)
                clock.now += 1 / 16
        assert [round(later - earlier) for earlier, later in pairwise(fetched_at)] == [10, 10]

    async def test_at_once_shares_one_fetch(
        self, server: FakeIssuerServer, clock: FakeClock, http: httpx2.AsyncClient
    ) -> None:
        async with verifier_of(server, clock, http) as verifier:
            clock.now += 10
            tokens = [
                server.issuer.sign(server.issuer.claims(), server.issuer.header(kid=f"kid-{each}"))
                for each in range(50)
            ]
            results = await asyncio.gather(*map(verifier.verify, tokens), return_exceptions=True)
        assert {type(each) for each in results} == {InvalidToken}
        assert server.fetches == 2

    async def test_unknown_kid_is_asked_for_again_after_a_minute(
        self, server: FakeIssuerServer, clock: FakeClock, http: httpx2.AsyncClient
    ) -> None:
        server.issuer.rotate()  # and the new key is not published
        async with verifier_of(server, clock, http) as verifier:
            fetches = []
            for _ in range(8):
                clock.now += 10
                with pytest.raises(InvalidToken):
                    await verifier.verify(server.issuer.token())
                fetches.append(server.fetches)
        assert fetches == [2, 2, 2, 2, 2, 2, 3, 3]

    def test_unknown_kids_are_remembered_up_to_a_number(self, clock: FakeClock) -> None:
        cache = KeyCache(clock)
        cache.store(read_key_set(TestIssuer().jwks, CURVES), 300)
        clock.now += 10
        for number in range(MAX_UNKNOWN + 1):
            cache.note_unknown(f"kid-{number}")
        assert cache.is_worth_fetching("kid-0")
        assert not cache.is_worth_fetching("kid-1")


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

    async def test_failed_fetch_says_nothing_about_a_kid(
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


class TestKeySet:
    @pytest.mark.parametrize(
        "change",
        [
            {"use": "enc"}, {"alg": "ES384"}, {"alg": "none"}, {"alg": "Ed25519"}, {"alg": None}, {"alg": []},
            {"kid": ""}, {"kid": None}, {"kid": "k" * 129}, {"kty": "oct"}, {"crv": "P-384"}, {"x": "AA"},
            {"y": None},
        ],
    )  # fmt: skip
    def test_leaves_out_a_key_that_cannot_be_used(self, change: dict[str, object]) -> None:
        good, other = TestIssuer(), TestIssuer()
        document = {"keys": [other.jwks["keys"][0] | change, *good.jwks["keys"]]}
        assert list(read_key_set(document, CURVES)) == [good.kid]

    def test_leaves_out_an_algorithm_that_is_not_wanted(self) -> None:
        with pytest.raises(ValueError, match="no key"):
            read_key_set(TestIssuer().jwks, ["Ed25519"])


class TestMaxAge:
    @pytest.mark.parametrize(
        ("header", "seconds"),
        [
            ("public, max-age=600", 540),
            ("max-age=0", 0.9),
            ("max-age=999999999", 3_240),
            ("s-maxage=60", 270),
            ("x-max-age=60", 270),
            ("", 270),
        ],
    )
    async def test_is_not_quite_over_when_the_keys_are_fetched_again(
        self,
        server: FakeIssuerServer,
        clock: FakeClock,
        http: httpx2.AsyncClient,
        header: str,
        seconds: float,
    ) -> None:
        server.headers = {"Cache-Control": header}
        fetcher = KeyFetcher(
            "https://auth.example.com/keys", KeyCache(clock), algorithms=CURVES, metrics=NoMetrics()
        )
        pauses: list[float] = []

        async def end_at_first(pause: float) -> None:
            if pause:
                pauses.append(pause)
                raise asyncio.CancelledError

        with pytest.raises(asyncio.CancelledError):
            await fetcher.keep_fresh(http, asyncio.Event(), sleep=end_at_first)
        assert pauses == [pytest.approx(seconds)]


class TestLog:
    async def test_says_why_keys_could_not_be_fetched(
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

"""When the keys of the issuer are fetched."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest
from clients.python.tests.fakes import FakeClock, FakeIssuerServer, verifier_of

from fastauth_client import InvalidToken, KeysUnavailable
from fastauth_client.key_cache import KeyCache
from fastauth_client.key_fetcher import KeyFetcher
from fastauth_client.key_set import CURVES
from fastauth_client.metrics import NoMetrics


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

    async def test_without_the_issuer_keys_are_unavailable(
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

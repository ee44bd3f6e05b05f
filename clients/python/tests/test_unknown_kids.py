"""Tokens with an unknown key id."""

import asyncio
from itertools import pairwise

import httpx2
import pytest
from clients.python.tests.fakes import FakeClock, FakeIssuerServer, verifier_of

from fastauth_client import InvalidToken
from fastauth_client.key_cache import MAX_UNKNOWN, KeyCache
from fastauth_client.key_set import CURVES, read_key_set
from fastauth_client.testing import TestIssuer


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

    async def test_unknown_kid_causes_another_fetch_after_a_minute(
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

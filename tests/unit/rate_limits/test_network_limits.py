"""Limits of one network."""

import pytest
from tests.application import A_SECRET_KEY, RateLimitedApplication

from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.rate_limits.counter import CounterKeys
from fastauth.domain.rate_limits.errors import TooManyRequests


class TestNetworkLimits:
    async def test_limits_failures_with_retry_after(self, app: RateLimitedApplication) -> None:
        for number in range(10):
            with pytest.raises(InvalidCredentials):
                await app.guess(name=f"user{number}", address="192.0.2.1")
        verified = app.hasher.verified
        with pytest.raises(TooManyRequests) as refusal:
            await app.guess(name="another", address="192.0.2.1")
        assert (refusal.value.retry_after, app.hasher.verified) == (6, verified)
        app.clock.advance(seconds=6)
        with pytest.raises(InvalidCredentials):
            await app.guess(name="another", address="192.0.2.1")

    async def test_limits_logins(self, app: RateLimitedApplication) -> None:
        for _ in range(30):
            assert await app.guess("sntsh", address="192.0.2.1")
        with pytest.raises(TooManyRequests):
            await app.guess("sntsh", address="192.0.2.1")
        assert await app.guess("sntsh", address="192.0.2.2")

    async def test_ipv6_network_shares_a_limit(self, app: RateLimitedApplication) -> None:
        """R33 (CVE-2026-45364 (better-auth); CWE-307): limits go by the text of an IPv6 address."""
        for number in range(10):
            with pytest.raises(InvalidCredentials):
                await app.guess(name=f"user{number}", address=f"2001:db8::{number:x}:{number}")
        with pytest.raises(TooManyRequests):
            await app.guess(address="2001:db8:0:0:ffff::")
        with pytest.raises(InvalidCredentials):
            await app.guess(address="2001:db8:0:1::")

    async def test_own_successes_do_not_refund_failures(self, app: RateLimitedApplication) -> None:
        """R34 (django-allauth 65.8; CWE-307): one's own log-in clears the count of a network."""
        await app.a_user("mallory", "sesame")
        for number in range(10):
            assert await app.guess("sesame", name="mallory", address="192.0.2.1")
            with pytest.raises(InvalidCredentials):
                await app.guess(name=f"user{number}", address="192.0.2.1")
        with pytest.raises(TooManyRequests):
            await app.guess("sesame", name="mallory", address="192.0.2.1")

    async def test_limits_registrations(self, app: RateLimitedApplication) -> None:
        async def register(name: str, *, address: str = "192.0.2.1") -> None:
            await app.register_user(username=name, password="p", fullname="Ann", address=address)

        for number in range(20):
            await register(f"user{number}")
        hashed = app.hasher.hashed
        with pytest.raises(TooManyRequests) as refusal:
            await register("another")
        assert (refusal.value.retry_after, app.hasher.hashed) == (3, hashed)
        await register("neighbour", address="192.0.2.2")
        app.clock.advance(seconds=3)
        await register("another")
        assert len(app.storage.users) == 23

    async def test_counter_keys_are_stable_across_versions(self, app: RateLimitedApplication) -> None:
        names = CounterKeys(A_SECRET_KEY)
        await app.guesses(1, address="192.0.2.1")
        assert set(app.storage.counters) == {
            names("log-ins", "192.0.2.1"),
            names("failures", "192.0.2.1"),
            names("looking", "santosh"),
            names("guesses", "192.0.2.1", "santosh"),
            names("strangers", "santosh"),
        }
        app.storage.counters.clear()
        await app.register_user(username="ann", password="p", fullname="Ann", address="192.0.2.1")
        assert set(app.storage.counters) == {names("registrations", "192.0.2.1")}

    async def test_operators_are_not_counted(self, app: RateLimitedApplication) -> None:
        for number in range(25):
            await app.a_user(f"user{number}")
        assert len(app.storage.users) == 26

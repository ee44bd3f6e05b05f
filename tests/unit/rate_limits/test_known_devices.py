"""Limits of known devices."""

from contextlib import suppress

import pytest
from tests.application import A_SECRET_KEY, RateLimitedApplication
from tests.builders import a_username
from tests.harness.editions import size

from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.rate_limits.counter import LOCKED_FOREVER, Counter, CounterKeys
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.domain.sessions.device_token import DeviceTokens


class TestKnownDevice:
    async def test_known_device_is_not_locked_out_by_others(self, app: RateLimitedApplication) -> None:
        """R18 (CVE-2024-1722 (Keycloak); CWE-645): strangers lock the owner out."""
        token = (await app.guess("sntsh")).device_token
        looked_at = 0
        for number in range(120):
            for attacker in range(size(2, 10)):
                looked_at += await app.guesses(1, address=f"10.1.{number}.{attacker}")
            app.clock.advance(minutes=15)  # the longest delay
        assert looked_at == 100
        assert await app.guess("sntsh", token=token, address="10.1.0.1")

    async def test_counter_keys_are_stable_across_versions(self, app: RateLimitedApplication) -> None:
        token = (await app.guess("sntsh")).device_token
        device = DeviceTokens(A_SECRET_KEY).verify(token, a_username("santosh"), now=app.clock.now())
        app.storage.counters.clear()
        await app.guesses(1, token=token, address="192.0.2.1")
        assert device
        names = CounterKeys(A_SECRET_KEY)
        assert set(app.storage.counters) == {
            names("device", "santosh", device),
            names("device log-ins", "192.0.2.1"),
        }

    async def test_unknown_device_may_log_in_after_max_delay(self, app: RateLimitedApplication) -> None:
        for _ in range(50):
            await app.guesses(1)
            app.clock.advance(seconds=30)
        app.clock.advance(minutes=15)
        assert await app.guess("sntsh")

    async def test_success_unlocks_unknown_devices(self, app: RateLimitedApplication) -> None:
        token = (await app.guess("sntsh")).device_token
        for _ in range(100):
            await app.guesses(1)
            app.clock.advance(minutes=15)
        with pytest.raises(InvalidCredentials):
            await app.guess("sntsh")
        assert await app.guess("sntsh", token=token)
        assert await app.guess("sntsh")

    async def test_device_token_is_kept(self, app: RateLimitedApplication) -> None:
        token = (await app.guess("sntsh")).device_token
        assert (await app.guess("sntsh", token=token)).device_token == token
        forged = "fa_dev_" + "A" * 64
        assert (await app.guess("sntsh", token=forged)).device_token not in {token, forged}

    async def test_beyond_its_limit_counts_as_unknown(self, app: RateLimitedApplication) -> None:
        token = (await app.guess("sntsh", address="192.0.2.9")).device_token
        assert await app.guesses(10, token=token, address="192.0.2.1") == 10
        assert await app.guesses(1, token=token, address="192.0.2.1") == 1  # a stranger's first
        assert await app.guesses(1, token=token, address="192.0.2.1") == 0

    async def test_successes_are_refunded(self, app: RateLimitedApplication) -> None:
        token = (await app.guess("sntsh")).device_token
        for _ in range(30):
            assert await app.guess("sntsh", token=token)
        assert await app.guesses(10, token=token) == 10

    async def test_locks_after_100_consecutive_failures(self, app: RateLimitedApplication) -> None:
        begun = await app.guess("sntsh", address="192.0.2.9")
        app.storage.counters[app.rate_limiter.keys("strangers", "santosh")] = Counter(100, LOCKED_FOREVER)
        looked_at = 0
        for _ in range(12):
            looked_at += await app.guesses(12, token=begun.device_token)
            app.clock.advance(days=2)
        assert looked_at == 100
        assert await app.guesses(10, token=begun.device_token) == 0

    async def test_locked_device_gets_a_new_device_token(self, app: RateLimitedApplication) -> None:
        token = (await app.guess("sntsh")).device_token
        for _ in range(10):
            await app.guesses(10, token=token, address="192.0.2.1")
            app.clock.advance(minutes=5)
        await app.unlock_user(username="santosh")
        app.clock.advance(minutes=5)
        renewed = (await app.guess("sntsh", token=token)).device_token
        assert renewed != token
        assert await app.guesses(10, token=renewed) == 10

    async def test_known_devices_share_a_network_limit(self, app: RateLimitedApplication) -> None:
        tokens = [
            (await app.guess("sntsh", address=f"192.0.2.{number}")).device_token for number in range(60)
        ]
        let_in = 0
        with suppress(TooManyRequests):
            for token in tokens * 10:
                await app.guess("sntsh", token=token, address="192.0.2.200")
                let_in += 1
        assert let_in == 300
        assert await app.guess("sntsh", token=tokens[0], address="192.0.2.201")
        assert await app.guess("sntsh", address="192.0.2.200")  # a stranger's budget is another one

    async def test_expired_device_token_counts_as_unknown(self, app: RateLimitedApplication) -> None:
        token = (await app.guess("sntsh")).device_token
        app.clock.advance(days=180)
        assert (await app.guess("sntsh", token=token)).device_token != token
        await app.guesses(1)
        assert await app.guesses(5, token=token) == 0

    async def test_success_does_not_refill_unknown_devices(self, app: RateLimitedApplication) -> None:
        token = (await app.guess("sntsh")).device_token
        await app.guesses(1)
        assert await app.guess("sntsh", token=token)
        assert await app.guesses(1) == 0

    async def test_device_token_of_another_account_counts_as_unknown(
        self, app: RateLimitedApplication
    ) -> None:
        await app.a_user("mallory", "sesame")
        token = (await app.guess("sesame", name="mallory")).device_token
        assert await app.guesses(3, token=token) == 1

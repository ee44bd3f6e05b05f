"""Limits of a session that changes its password."""

from collections.abc import Awaitable, Callable

import pytest
from tests.application import A_SECRET_KEY, RateLimitedApplication

from fastauth.domain.passwords.errors import HashingOverloaded, WrongPassword
from fastauth.domain.rate_limits.counter import Counter, CounterKeys
from fastauth.domain.rate_limits.errors import TooManyRequests


class TestPasswordChange:
    @pytest.fixture
    async def change(self, app: RateLimitedApplication) -> Callable[[str], Awaitable[None]]:
        tokens = (await app.guess("sntsh")).tokens
        caller = await app.authenticate(access_token=tokens.access.text)

        async def change(current: str) -> None:
            await app.change_password(
                caller=caller, current_password=current, new_password="another", address="192.0.2.1"
            )

        return change

    async def test_limits_attempts_of_a_session(
        self, app: RateLimitedApplication, change: Callable[[str], Awaitable[None]]
    ) -> None:
        before = app.looked_at
        for _ in range(20):
            with pytest.raises(WrongPassword):
                await change("wrong")
        assert app.looked_at - before == 10
        with pytest.raises(WrongPassword):
            await change("sntsh")

    async def test_sessions_are_independent(
        self, app: RateLimitedApplication, change: Callable[[str], Awaitable[None]]
    ) -> None:
        for _ in range(11):
            with pytest.raises(WrongPassword):
                await change("wrong")
        other = (await app.guess("sntsh")).tokens
        await app.change_password(
            caller=await app.authenticate(access_token=other.access.text),
            current_password="sntsh",
            new_password="another",
            address="192.0.2.1",
        )
        assert await app.guess("another")

    async def test_counter_keys_are_stable_across_versions(
        self, app: RateLimitedApplication, change: Callable[[str], Awaitable[None]]
    ) -> None:
        (session,) = app.storage.sessions
        app.storage.counters.clear()
        with pytest.raises(WrongPassword):
            await change("wrong")
        assert set(app.storage.counters) == {CounterKeys(A_SECRET_KEY)("session", session)}

    async def test_success_resets_consecutive_count(
        self, app: RateLimitedApplication, change: Callable[[str], Awaitable[None]]
    ) -> None:
        async def looked_at(guesses: int) -> int:
            before = app.looked_at
            for _ in range(guesses):
                app.clock.advance(seconds=30)
                with pytest.raises(WrongPassword):
                    await change("wrong")
            return app.looked_at - before

        assert await looked_at(99) == 99
        await change("sntsh")
        assert await looked_at(101) == 100

    async def test_locks_after_100_consecutive_failures(
        self, app: RateLimitedApplication, change: Callable[[str], Awaitable[None]]
    ) -> None:
        before = app.looked_at
        for _ in range(12):
            for _ in range(30):
                with pytest.raises(WrongPassword):
                    await change("wrong")
            app.clock.advance(days=2)
        assert app.looked_at - before == 100
        with pytest.raises(WrongPassword):
            await change("sntsh")

    @pytest.mark.parametrize("current", ["", "p" * 257])
    async def test_impossible_password_costs_one_hash(
        self, app: RateLimitedApplication, change: Callable[[str], Awaitable[None]], current: str
    ) -> None:
        verified = app.hasher.verified
        with pytest.raises(WrongPassword):
            await change(current)
        assert app.hasher.verified == verified + 1

    async def test_limited_session_counts_for_its_network(
        self, app: RateLimitedApplication, change: Callable[[str], Awaitable[None]]
    ) -> None:
        for _ in range(10 + 30):
            with pytest.raises(WrongPassword):
                await change("wrong")
        with pytest.raises(TooManyRequests):
            await change("wrong")
        with pytest.raises(TooManyRequests):
            await app.guess("sntsh", address="192.0.2.1")
        assert await app.guess("sntsh", address="192.0.2.2")

    async def test_unknown_devices_do_not_limit_a_session(
        self, app: RateLimitedApplication, change: Callable[[str], Awaitable[None]]
    ) -> None:
        for number in range(120):
            await app.guesses(1, address=f"10.1.{number}.1")
            app.clock.advance(seconds=1)
        await change("sntsh")

    async def test_success_unlocks_unknown_devices(self, app: RateLimitedApplication) -> None:
        for _ in range(99):
            await app.guesses(1)
            app.clock.advance(minutes=15)
        tokens = (await app.guess("sntsh")).tokens
        caller = await app.authenticate(access_token=tokens.access.text)
        app.clock.advance(minutes=15)
        assert await app.guesses(1) == 1
        await app.change_password(
            caller=caller, current_password="sntsh", new_password="another", address="192.0.2.1"
        )
        assert await app.guess("another")

    async def test_limited_session_that_is_not_verified_does_not_count(
        self, app: RateLimitedApplication
    ) -> None:
        """The hasher is busy: neither the session nor its network has made the attempt."""
        tokens = (await app.guess("sntsh")).tokens
        caller = await app.authenticate(access_token=tokens.access.text)
        permits = [
            await app.rate_limiter.check_password_change(caller, address="192.0.2.1") for _ in range(11)
        ]
        assert [permit.allowed for permit in permits] == [True] * 10 + [False]
        before = dict(app.storage.counters)
        of_network = app.rate_limiter.keys("log-ins", "192.0.2.1")
        assert before[of_network].count == 1
        with pytest.raises(HashingOverloaded):
            async with app.rate_limiter.refund_on_failure(permits[-1]):
                raise HashingOverloaded
        assert app.storage.counters == {**before, of_network: Counter(0, app.clock.now())}
